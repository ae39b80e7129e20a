namespace CrCache.Sources;

/// <summary>Where the files of boxes are kept: nothing else is ever deleted there, and nothing of somebody else's.</summary>
public sealed class BoxDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public BoxDirectoryTests() => BoxLab.Require();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        BoxLab.Sweep(_directory.Path);
        _directory.Dispose();
    }

    [Fact]
    public async Task Nothing_is_deleted_through_a_mount()
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);
        using BoxLab outer = new(new() { ["share"] = "tmp" });
        using BoxLab inner = new(new() { ["directory"] = $"{_directory.Path}/with blank" }, outer);
        _directory.Write("precious/file", "precious");
        var place = $"{_directory.Path}/with blank/000000000000/lab-0";
        Assert.Equal("", (await outer.ShellAsync("mkdir \"$1/mounted\" && mount --bind \"$2\" \"$1/mounted\"", place, _directory.Combine("precious"))).Error);

        var error = await Assert.ThrowsAsync<ResourceException>(inner.DiscardAsync);

        Assert.Equal(ErrorCodes.DiscardFailed, error.Code);
        Assert.Contains($"something is mounted in {place}", error.Message.Replace(@"\040", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(_directory.Combine("precious", "file"), Token));
        await outer.ShellAsync("umount \"$1/mounted\"", place);
        await inner.DiscardAsync();
        Assert.False(Directory.Exists(place));
        Assert.Equal("precious", await File.ReadAllTextAsync(_directory.Combine("precious", "file"), Token));
    }

    [Fact]
    public async Task Two_stores_can_share_one()
    {
        using EngineFixture one = new();
        using EngineFixture other = new();
        foreach (var fixture in (EngineFixture[])[one, other])
        {
            fixture.Home.AddSource("s", $"type=box\ndirectory={_directory.Path}");
            Assert.Equal(["s-0"], await fixture.Acquire("s"));
        }

        Assert.Equal(2, Directory.GetDirectories(_directory.Path, "s-0", SearchOption.AllDirectories).Length);
        await one.Release("s-0");

        Assert.Equal(0, (await other.Engine.Commands.RunAsync(new("s-0"), new() { Arguments = ["true"] }, Token)).ExitCode);
        await other.Release("s-0");
        Assert.Empty(Directory.GetFiles(_directory.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_link_in_place_of_a_stores_own_is_not_followed()
    {
        using EngineFixture fixture = new();
        fixture.Home.AddSource("s", $"type=box\ndirectory={_directory.Combine("boxes")}");
        await fixture.Acquire("s");
        await fixture.Release("s-0");
        var own = Assert.Single(Directory.GetDirectories(_directory.Combine("boxes")));
        Directory.Delete(own);
        _directory.Write("precious/s-0/file", "precious");
        Directory.CreateSymbolicLink(own, _directory.Combine("precious"));

        var error = await Assert.ThrowsAsync<ResourceException>(() => fixture.Acquire("s"));

        Assert.Contains($"{own} is a link or another user's", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_directory.Combine("precious", "s-0", "file")));
        Directory.Delete(own);
    }

    [Fact]
    public async Task Another_stores_mark_keeps_it()
    {
        using BoxLab lab = new([]);
        await lab.DiscardAsync();
        Directory.CreateDirectory(lab.Place);
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "store"), "111111111111\n", Token);

        var error = await Assert.ThrowsAsync<ResourceException>(lab.DiscardAsync);

        Assert.Contains("is another store's", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(lab.Place, "store")));
        Directory.Delete(lab.Place, recursive: true);
    }
}
