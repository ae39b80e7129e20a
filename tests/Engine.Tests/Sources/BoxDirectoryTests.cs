using System.Collections.Concurrent;
using CrCache.Routes;

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
    public async Task Another_stores_mark_keeps_it_and_so_does_none()
    {
        using BoxLab lab = new(new() { ["directory"] = _directory.Path });
        await lab.DiscardAsync();
        Directory.CreateDirectory(lab.Place);
        var mark = Path.Combine(lab.Place, "store");
        await File.WriteAllTextAsync(mark, "111111111111\n", Token);
        await RefusedAsync("is another store's");

        File.Delete(mark);
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "precious"), "", Token);
        await RefusedAsync("has lost its mark");

        Assert.True(File.Exists(Path.Combine(lab.Place, "precious")));
        Directory.Delete(lab.Place, recursive: true);

        async Task RefusedAsync(string why) =>
            Assert.Contains(why, (await Assert.ThrowsAsync<ResourceException>(lab.DiscardAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_a_store_that_was_lost_is_ended_and_made_anew_where_there_is_no_other()
    {
        using BoxLab lab = new([]);
        var before = lab.Holder;

        lab.Store = "0123456789ab";
        await lab.ResetAsync();

        Assert.True(ProcessStatus.Of(before) is null or { HasEnded: true });
        Assert.Equal(0, (await lab.ShellAsync("true")).ExitCode);
        Assert.Equal("0123456789ab\n", await File.ReadAllTextAsync(Path.Combine(lab.Place, "store"), Token));
    }

    [Fact]
    public async Task Its_mark_goes_last_and_nobody_else_can_write_beside_it()
    {
        using BoxLab lab = new([]);
        var parent = Path.GetDirectoryName(lab.Place)!;
        File.SetUnixFileMode(parent, (UnixFileMode)0b111_111_111);
        using FileSystemWatcher watch = new(lab.Place);
        ConcurrentQueue<string> gone = new();
        watch.Deleted += (_, e) => gone.Enqueue(e.Name!);
        watch.EnableRaisingEvents = true;

        await lab.DiscardAsync();

        await Eventually.True(() => gone.Contains("store"));
        Assert.Equal("store", gone.Last());
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(parent));
        Directory.CreateDirectory(lab.Place);
        await lab.DiscardAsync();
        Assert.False(Path.Exists(lab.Place));
    }
}
