using System.Security.Cryptography;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Compressing where it pays, over a way that carries two megabytes a second.</summary>
public sealed class CompressionTests : IClassFixture<SshLab>, IDisposable
{
    private const int Size = 30_000_000;

    private readonly TemporaryDirectory _directory = new();
    private readonly SshLab _lab;
    private readonly Relay _slow;

    public CompressionTests(SshLab lab)
    {
        SshLab.Require();
        _lab = lab;
        _slow = new(lab.Server!) { BytesPerSecond = 2_000_000 };
    }

    public void Dispose()
    {
        _slow.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_becomes_less_goes_over_a_slow_way_as_less(bool isIn)
    {
        for (var i = 0; i < 300; i++)
            _directory.Write($"tree/{i % 10}/{i}", string.Concat(Enumerable.Range(i * 1000, Size / 300 / 50).Select(n => $"{n,9}: a line of a log that says little about it;\n")));

        await CopyAsync(_slow, "tree", isIn, null);

        Assert.InRange(_slow.Carried, Size / 100, Size / 2);
        Assert.Equal(TreeSnapshot.Of(_directory.Combine("tree")), TreeSnapshot.Of(_directory.Combine("to/tree")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_would_not_is_tried_and_sent_as_it_is(bool isIn)
    {
        await File.WriteAllBytesAsync(_directory.Combine("noise"), RandomNumberGenerator.GetBytes((int)Compression.Least), TestContext.Current.CancellationToken);

        await CopyAsync(_slow, "noise", isIn, null);

        Assert.InRange(_slow.Carried, Compression.Least, Compression.Least + (4 * Compression.Trial));
        Assert.Equal(TreeSnapshot.Of(_directory.Combine("noise")), TreeSnapshot.Of(_directory.Combine("to/noise")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_says_so_decides(bool compress)
    {
        await File.WriteAllBytesAsync(_directory.Combine("zeros"), new byte[Compression.Least], TestContext.Current.CancellationToken);
        using Relay way = new(_lab.Server!);

        await CopyAsync(way, "zeros", isIn: true, compress);

        Assert.Equal(compress, way.Carried < Compression.Least / 2);
    }

    [Fact]
    public async Task A_file_that_is_gone_when_it_is_tried_is_named()
    {
        var file = _directory.Combine("noise");
        await File.WriteAllBytesAsync(file, new byte[Compression.Least], TestContext.Current.CancellationToken);
        var tools = _directory.Write("tools/head", $"#!/bin/sh\nrm -f '{file}'\nexec {Requirement.PathOf("head")} \"$@\"\n");
        File.SetUnixFileMode(tools, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(_directory.Combine("to"));

        var failure = await Assert.ThrowsAsync<ResourceException>(() => Copier(_slow).CopyAsync(
            [new(new("tools"), file)], new CopyPath(null, _directory.Combine("to")), new CopyOptions(), TestContext.Current.CancellationToken));

        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Combine("to")));
    }

    [Fact]
    public void What_is_looked_at_lies_where_the_bytes_are()
    {
        CopyItem[] items = [.. Enumerable.Range(0, 1000).Select(i => Item($"small-{i}", 10)), Item("large", 1_000_000), Item("empty", 0), .. Enumerable.Range(0, 8).Select(i => Item($"more-{i}", 1_000_000))];

        var chosen = Compression.Choose(items).Select(i => i.Target).ToArray();

        Assert.InRange(chosen.Length, 5, 8);
        Assert.Equal("large", chosen[0]);
        Assert.Equal(["only"], Compression.Choose([Item("only", 1)]).Select(i => i.Target));
        Assert.Empty(Compression.Choose([Item("empty", 0)]));
    }

    [Fact]
    public void It_pays_where_the_way_is_slow_and_what_is_sent_is_not_noise()
    {
        Assert.True(Compression.Pays(TimeSpan.FromSeconds(1), new byte[1000]));
        Assert.False(Compression.Pays(TimeSpan.FromMilliseconds(1), new byte[1000]));
        Assert.False(Compression.Pays(TimeSpan.FromSeconds(1), RandomNumberGenerator.GetBytes(1000)));
        Assert.False(Compression.Pays(TimeSpan.FromSeconds(1), []));
    }

    private static CopyItem Item(string path, long size) => new(new(path, CopyKind.File, 0, size, 0), path, Changed: true);

    private FileCopier Copier(Relay way) => new(new RouteResolver(r => new(r.Name, [RouteOf(r, way)])) { Ssh = () => SshLab.Ways(_lab.Server!.Configuration) });

    private Route RouteOf(ResourceReference resource, Relay way)
    {
        Route route = new() { Ssh = SshLab.Endpoint with { Port = way.Port } };
        return resource.Name == "tools"
            ? route with { Environment = new Dictionary<string, string> { ["PATH"] = $"{_directory.Combine("tools")}:{Environment.GetEnvironmentVariable("PATH")}" } }
            : route;
    }

    private async Task CopyAsync(Relay way, string name, bool isIn, bool? compress)
    {
        var to = Directory.CreateDirectory(_directory.Combine("to")).FullName;
        ResourceReference resource = new("r");
        await Copier(way).CopyAsync(
            [new(isIn ? null : resource, _directory.Combine(name))], new CopyPath(isIn ? resource : null, to), new CopyOptions { Compress = compress }, TestContext.Current.CancellationToken);
    }
}
