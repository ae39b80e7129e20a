using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>What pushing files promises where the resource has a root that this machine sees, whoever is in there.</summary>
public abstract class PushContract : IDisposable
{
    protected PushContract() => Place = Directory.CreateDirectory(Files.Combine("place")).FullName;

    /// <summary>The test's own, of this machine.</summary>
    internal TemporaryDirectory Files { get; } = new();

    /// <summary>A directory that is the machine's here, and the resource's own there, where it need not be.</summary>
    internal string Place { get; }

    internal abstract Route Route { get; }

    public virtual void Dispose()
    {
        Files.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(CopyMode.Copy)]
    [InlineData(CopyMode.Hardlink)]
    [InlineData(CopyMode.Symlink)]
    public async Task Files_stand_at_the_same_paths_until_they_are_taken_away(CopyMode mode)
    {
        string[] files = [Files.Write("place/deep/er/it's a\nfile", "one"), Files.Write("place/deep/ -f *", "two"), Files.Write("place/$HOME`id`", "three")];
        File.SetUnixFileMode(files[0], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(files[1], (UnixFileMode)0b101_101_000);

        var pushed = await PushAsync(files, mode);

        Assert.Equal("onetwothree", await RunAsync("""cat "$@" """, files));
        Assert.Equal("600\n550\n", await RunAsync("""stat -c %a "$1" "$2" """, files));

        // What is written there is not written here.
        await RunAsync("""echo more >>"$1"; rm "$2" """, files);
        await pushed.RemoveAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await RunAsync("""[ ! -d "$1" ] || ls -A "$1" """, Place));
        Assert.Equal(["one", "two", "three"], files.Select(File.ReadAllText));
    }

    [Fact]
    public async Task What_was_there_before_stays()
    {
        string[] files = [Files.Write("place/kept/old", "from here"), Files.Write("place/kept/new", "")];
        await RunAsync("""mkdir -p "${1%/*}"; echo theirs >"$1" """, files);

        var pushed = await PushAsync(files);
        Assert.Equal("from here", await RunAsync("""cat "$1" """, files));
        await pushed.RemoveAsync(TestContext.Current.CancellationToken);

        Assert.Equal("old\n", await RunAsync("""ls -A "${1%/*}" """, files));
    }

    [Fact]
    public async Task A_link_in_the_resource_leads_nowhere_else()
    {
        // There, a directory on the way is a link to what exists here as well, and the file itself one that leads nowhere.
        var outside = Files.Write("place/outside/file", "precious");
        string[] files = [Files.Write("place/way/file", "one"), Files.Write("place/link", "two")];
        await RunAsync("""mkdir -p "$1/elsewhere"; ln -s "$1/elsewhere" "$1/way"; ln -s "$1/outside/file" "$1/link" """, Place);

        var pushed = await PushAsync(files);

        Assert.Equal("onetwo", await RunAsync("""cat "$@" """, files));
        Assert.Equal("file\n", await RunAsync("""ls "$1/elsewhere" """, Place));
        Assert.Equal("precious", await File.ReadAllTextAsync(outside, TestContext.Current.CancellationToken));
        await pushed.RemoveAsync(TestContext.Current.CancellationToken);
        Assert.Equal("elsewhere\nlink\nway\n", await RunAsync("""ls "$1"; ls "$1/elsewhere" """, Place));
        Assert.True(File.Exists(files[0]));
    }

    private Task<PushedFiles> PushAsync(string[] files, CopyMode mode = CopyMode.Copy) =>
        new FileCopier(new RouteResolver(r => new(r.Name, [Route with { CopyMode = mode }]))).PushAsync(new("r"), files, TestContext.Current.CancellationToken);

    private async Task<string> RunAsync(string script, params string[] arguments)
    {
        var finished = await Finished.RunAsync(new(new("r", [Route])), new() { Arguments = ["/bin/sh", "-c", script, "sh", .. arguments] });
        Assert.Equal("", finished.Error);
        return finished.Output;
    }
}
