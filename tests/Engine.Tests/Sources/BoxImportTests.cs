namespace CrCache.Sources;

/// <summary>What is imported into a box.</summary>
public sealed class BoxImportTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly EngineFixture _fixture = new();

    public BoxImportTests() => BoxLab.Require();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        BoxLab.Sweep(_fixture.Home);
        _fixture.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Each_kind_is_seen_and_only_what_is_bound_is_written_back()
    {
        string[] kinds = ["bind", "ro", "overlay", "copy"];
        foreach (var kind in kinds)
            _directory.Write($"{kind}/file", "old");
        var at = _directory.Path;
        using BoxLab lab = new(new()
        {
            ["import"] = $"bind:{at}/bind:/tmp/in/bind, bind:{at}/ro:/tmp/in/ro:ro, bind:{at}/overlay:/tmp/in/overlay:overlay, rsync:{at}/copy:/tmp/in/copy, bind:{at}/bind/file:/tmp/in/one, rsync:{at}/bind/file:/tmp/in/other",
        });

        var finished = await lab.ShellAsync("cd /tmp/in; ls; cat */file one other; for d in bind ro overlay copy; do echo new 2>/dev/null >$d/file; echo more 2>/dev/null >$d/more; done; cat */file one other");

        Assert.Equal("bind\ncopy\none\nother\noverlay\nro\noldoldoldoldoldoldnew\nnew\nnew\noldnew\nold", finished.Output);
        foreach (var kind in kinds)
        {
            Assert.Equal(kind == "bind" ? "new\n" : "old", await File.ReadAllTextAsync(_directory.Combine(kind, "file"), Token));
            Assert.Equal(kind == "bind", File.Exists(_directory.Combine(kind, "more")));
        }

        await lab.ResetAsync();
        Assert.Equal("new\noldoldold", (await lab.ShellAsync("cd /tmp/in; cat */file")).Output);
    }

    [Fact]
    public async Task It_is_seen_also_where_what_it_is_from_is_covered_and_one_inside_another_comes_after_it()
    {
        _directory.Write("a/file", "a");
        _directory.Write("b/file", "b");
        var at = _directory.Path;
        using BoxLab lab = new(new() { ["private"] = at, ["import"] = $"bind:{at}/b:{at}/in/side, bind:{at}/a:{at}/in:overlay" });

        Assert.Equal("a\nb\n", (await lab.ShellAsync("cd \"$1\"; ls; for f in in/file in/side/file; do cat $f; echo; done", at)).Output["in\n".Length..]);
    }

    [Fact]
    public async Task What_is_mounted_in_it_cannot_be_written_either_where_that_is_said()
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);
        using BoxLab outer = new([]);
        await outer.ShellAsync("mkdir -p '/tmp/plain/sub dir'; mount -t tmpfs -o nosuid tmpfs '/tmp/plain/sub dir'; echo old >'/tmp/plain/sub dir/file'");
        using BoxLab inner = new(new() { ["import"] = "bind:/tmp/plain:/tmp/in:ro" }, outer);

        var finished = await inner.ShellAsync("cd /tmp/in && cat 'sub dir/file'; echo new >'sub dir/file'; touch file; grep -c ' /tmp/in/sub.040dir ro,nosuid' /proc/self/mountinfo");

        Assert.Equal("old\n1\n", finished.Output);
        Assert.Equal(2, finished.Error.Split("Read-only file system").Length - 1);
    }

    [Theory]
    [InlineData("bind:/etc:/no-such-place-for-crcache/x", "there is no /no-such-place-for-crcache/x, and it would have to be made outside the box")]
    [InlineData("bind:/etc:/etc/ssl/no-such-place-for-crcache", "would have to be made outside the box")]
    [InlineData("bind:/no-such-thing:/tmp/x", "import: there is no '/no-such-thing'")]
    public async Task What_cannot_be_is_said_and_nothing_is_made_outside(string import, string why)
    {
        _fixture.Home.AddSource("s", $"type=box\nimport={import}");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));

        Assert.Equal(ErrorCodes.ProvisionFailed, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(import.Split(':')[2]));
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task On_another_resource_it_is_from_there()
    {
        using BoxLab outer = new([]);
        await outer.ShellAsync("mkdir /tmp/only-there; echo there >/tmp/only-there/file");
        using BoxLab inner = new(new() { ["import"] = "bind:/tmp/only-there:/tmp/seen:ro" }, outer);

        Assert.Equal("there\n", (await inner.ShellAsync("cat /tmp/seen/file; ls /tmp/only-there 2>/dev/null")).Output);
    }
}
