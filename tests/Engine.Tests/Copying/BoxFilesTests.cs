using CrCache.Routes;
using CrCache.Sources;

namespace CrCache.Copying;

/// <summary>Files of a box, some of which are the machine's and some its own.</summary>
public sealed class BoxFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly BoxLab _lab;
    private readonly string _private;
    private readonly string _source;

    public BoxFilesTests()
    {
        BoxLab.Require();
        _private = Directory.CreateDirectory(_directory.Combine("private")).FullName;
        _source = _directory.Write("file", "content");
        _directory.Write("private/file", "hidden");
        _lab = new(new() { ["share"] = "tmp", ["private"] = _private });
    }

    public void Dispose()
    {
        _lab.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(CopyMode.Copy)]
    [InlineData(CopyMode.Reflink)]
    [InlineData(CopyMode.Hardlink)]
    [InlineData(CopyMode.Symlink)]
    public async Task They_come_where_the_box_has_them(CopyMode mode)
    {
        await CopyAsync(mode, _source, $"{_private}/new");
        await CopyAsync(mode, $"{_private}/file", $"{_private}/other");

        Assert.Equal("contenthidden", (await _lab.ShellAsync("cat \"$1/new\" \"$1/other\"", _private)).Output);
        Assert.False(File.Exists($"{_private}/new"));
        Assert.Equal("content", await File.ReadAllTextAsync(_source, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_symbolic_link_is_made_only_to_what_the_box_sees_too()
    {
        await CopyAsync(CopyMode.Symlink, _source, $"{_private}/seen");
        await CopyAsync(CopyMode.Symlink, $"{_private}/file", $"{_private}/unseen");

        Assert.Equal($"{_source}\n", (await _lab.ShellAsync("readlink \"$1/seen\"; readlink \"$1/unseen\"", _private)).Output);
    }

    [Fact]
    public async Task A_relative_path_counts_from_where_its_commands_start()
    {
        await new FileCopier(new RouteResolver(r => new(r.Name, [_lab.Route]), _private)).CopyAsync(
            [new(null, _source)], new(new("lab-0"), "relative"), TestContext.Current.CancellationToken);

        Assert.Equal("content", (await _lab.ShellAsync("cat \"$1/relative\"", _private)).Output);
    }

    [Fact]
    public async Task When_the_box_has_ended_nothing_is_put_anywhere()
    {
        await _lab.DiscardAsync();

        await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(CopyMode.Copy, _source, _directory.Combine("new")));

        Assert.False(File.Exists(_directory.Combine("new")));
    }

    private Task<CopyReport> CopyAsync(CopyMode mode, string from, string to) => new FileCopier(new RouteResolver(r => new(r.Name, [_lab.Route with { CopyMode = mode }])))
        .CopyAsync([new(null, from)], new(new("lab-0"), to), TestContext.Current.CancellationToken);
}
