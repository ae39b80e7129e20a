using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Files that a command needs at the paths that it is given.</summary>
public sealed class PushTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<ProcessRun> _holders = [];

    [Fact]
    public async Task What_is_there_already_is_left_as_it_is()
    {
        var file = _directory.Write("file", "x");
        foreach (var route in new Route[] { new(), new() { WorkingDirectory = "/" }, new() { CopyMode = CopyMode.Symlink }, new() { Prefix = ["env"] } })
        {
            var pushed = await PushAsync(route, [file]);
            Assert.Equal("x", await File.ReadAllTextAsync(file));
            await pushed.RemoveAsync(default);
        }

        Assert.Equal("x", await File.ReadAllTextAsync(file));
        Assert.Null(new FileInfo(file).LinkTarget);
    }

    [Fact]
    public async Task Files_stand_at_the_same_path_elsewhere_until_they_are_taken_away()
    {
        var route = await ElsewhereAsync();
        string[] files = [_directory.Write("place/deep/er/it's a\nfile", "one"), _directory.Write("place/deep/-f", "two")];
        File.SetUnixFileMode(files[0], UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var pushed = await PushAsync(route, files);

        Assert.Equal("onetwo", await RunAsync(route, "cat", "--", files[0], files[1]));
        Assert.Equal("600\n", await RunAsync(route, "stat", "-c", "%a", files[0]));
        await pushed.RemoveAsync(default);
        Assert.Equal("", await RunAsync(route, "ls", "-A", _directory.Combine("place")));
        Assert.All(files, f => Assert.True(File.Exists(f)));
    }

    [Fact]
    public async Task What_was_there_before_stays()
    {
        var route = await ElsewhereAsync();
        var old = _directory.Write("place/kept/old", "from here");
        var other = _directory.Write("place/kept/new", "");
        await RunAsync(route, "sh", "-c", $"mkdir {_directory.Combine("place/kept")} && echo theirs > {old}");

        var pushed = await PushAsync(route, [old, other]);
        Assert.Equal("from here", await RunAsync(route, "cat", old));
        await pushed.RemoveAsync(default);

        Assert.Equal("old\n", await RunAsync(route, "ls", "-A", _directory.Combine("place/kept")));
    }

    [Fact]
    public async Task A_link_arrives_as_what_it_leads_to()
    {
        var route = await ElsewhereAsync();
        _directory.Write("place/real", "content");
        var link = _directory.Combine("place/link");
        File.CreateSymbolicLink(link, "real");

        await PushAsync(route, [link]);

        Assert.Equal("content", await RunAsync(route, "cat", link));
    }

    [Fact]
    public async Task Where_one_cannot_be_put_nothing_is_left()
    {
        var route = await ElsewhereAsync();
        var first = _directory.Write("place/made/first", "");
        var second = _directory.Write("place/second", "");
        await RunAsync(route, "mkdir", second);

        var failure = await Assert.ThrowsAsync<ResourceException>(() => PushAsync(route, [first, second]));

        Assert.Equal(ErrorCodes.CopyFailed, failure.Code);
        Assert.Contains($"r:{second}", failure.Message, StringComparison.Ordinal);
        Assert.Equal("second\n", await RunAsync(route, "ls", "-A", _directory.Combine("place")));
    }

    [Fact]
    public async Task Where_a_directory_cannot_be_made_those_that_were_are_taken_away()
    {
        var route = await ElsewhereAsync();
        string[] files = [_directory.Write("place/made/first", ""), _directory.Write("place/taken/second", "")];
        await RunAsync(route, "touch", _directory.Combine("place/taken"));

        await Assert.ThrowsAsync<ResourceException>(() => PushAsync(route, files));

        Assert.Equal("taken\n", await RunAsync(route, "ls", "-A", _directory.Combine("place")));
    }

    [Fact]
    public async Task Where_a_directory_has_the_name_those_that_were_made_for_others_are_taken_away()
    {
        var route = await ElsewhereAsync();
        string[] files = [_directory.Write("place/taken", ""), _directory.Write("place/made/second", "")];
        await RunAsync(route, "mkdir", files[0]);

        await Assert.ThrowsAsync<ResourceException>(() => PushAsync(route, files));

        Assert.Equal("taken\n", await RunAsync(route, "ls", "-A", _directory.Combine("place")));
    }

    [Fact]
    public async Task A_link_that_leads_to_the_file_there_as_well_is_left_as_it_is()
    {
        _directory.Write("real", "content");
        var link = _directory.Combine("link");
        File.CreateSymbolicLink(link, "real");

        var pushed = await PushAsync(new() { Prefix = ["env"] }, [link]);
        await pushed.RemoveAsync(default);

        Assert.Equal("real", new FileInfo(link).LinkTarget);
        Assert.Equal("content", await File.ReadAllTextAsync(link));
    }

    [Theory]
    [InlineData("missing", "no such file")]
    [InlineData(".", "it is a directory")]
    public async Task Only_files_are_pushed(string name, string why)
    {
        var failure = await Assert.ThrowsAsync<ResourceException>(() => PushAsync(new(), [_directory.Combine(name)]));

        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        foreach (var holder in _holders)
            holder.Dispose();
        _directory.Dispose();
    }

    private static FileCopier Copier(Route route) => new(new RouteResolver(r => new(r.Name, [route])));

    private static Task<PushedFiles> PushAsync(Route route, string[] files) => Copier(route).PushAsync(new("r"), files, TestContext.Current.CancellationToken);

    private static async Task<string> RunAsync(Route route, params string[] command) => (await ProcessRun.RunAsync([.. route.Prefix, .. command])).Success().Output;

    /// <summary>This machine, but with another directory at <c>place</c>.</summary>
    private async Task<Route> ElsewhereAsync()
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);
        var place = Directory.CreateDirectory(_directory.Combine("place")).FullName;
        var holder = ProcessRun.Start(["unshare", "--mount", "sh", "-c", "mount -t tmpfs none \"$1\" && echo $$ && exec sleep 600", "sh", place]);
        _holders.Add(holder);
        var id = await Eventually.Get(() => holder.OutputSoFar.EndsWith('\n') ? holder.OutputSoFar.TrimEnd() : null);
        return new() { Prefix = ["nsenter", $"--mount=/proc/{id}/ns/mnt", "--"] };
    }
}
