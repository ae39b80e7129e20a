using CrCache.Routes;
using CrCache.Sources;

namespace CrCache.Copying;

/// <summary>Files of a container, which this machine sees in the root of its first process: another one after each start.</summary>
public sealed class LxcFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _source;

    public LxcFilesTests()
    {
        LxcLab.Require();
        _source = _directory.Write("file", "content");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("snapshot")]
    [InlineData("recreate")]
    public async Task They_come_to_the_one_that_a_reset_has_made_without_a_command(string reset)
    {
        using LxcLab lab = new(new() { ["reset"] = reset, ["copy"] = "hardlink" });
        Assert.Equal(CopyMode.Hardlink, lab.Route.CopyMode);
        await CopyAsync(lab, "/tmp/first", Direct);
        await lab.SnapshotAsync();
        await CopyAsync(lab, "/tmp/second", Direct);
        await lab.ResetAsync();
        await CopyAsync(lab, "/tmp/third", Direct);

        Assert.Equal(reset == "snapshot" ? "/tmp/first\n/tmp/third\n" : "/tmp/third\n", (await lab.ShellAsync("ls /tmp/first /tmp/second /tmp/third 2>/dev/null")).Output);
        Assert.Equal("content", (await lab.ShellAsync("cat /tmp/third")).Output);
    }

    [Fact]
    public async Task One_that_is_stopped_is_woken_by_them()
    {
        using LxcLab lab = new(new() { ["reset"] = "none", ["idle"] = "stopped" });
        await lab.RestAsync();
        Assert.Equal(0, lab.Init);
        await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(lab, "/tmp/none", Direct));

        await CopyAsync(lab, "/tmp/woken", r => r);
        await CopyAsync(lab, "/tmp/awake", Direct);

        Assert.Equal("contentcontent", (await lab.ShellAsync("cat /tmp/woken /tmp/awake")).Output);
    }

    [Fact]
    public async Task The_root_of_another_process_is_not_touched()
    {
        using LxcLab lab = new();
        var (holder, to) = (Path.Combine(lab.Place, "holder"), _directory.Combine("new"));
        var (was, own) = ((await File.ReadAllTextAsync(holder, Token)).TrimEnd('\n').Split(' '), ProcessStatus.Of(Environment.ProcessId)!.Value);

        // Its number is this process's by now; the boot, or the container that the number is of, is another.
        foreach (var words in (string[][])[[$"{own.Id}", was[1], was[2], was[3]], [$"{own.Id}", $"{own.Started}", "another", was[3]], [$"{own.Id}", $"{own.Started}", was[2], "pid:[1]"], ["self", $"{own.Started}", was[2], was[3]], []])
        {
            await File.WriteAllTextAsync(holder, $"{string.Join(' ', words)}\n", Token);
            await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(lab, to, Direct));
        }

        Assert.False(File.Exists(to));
        await File.WriteAllTextAsync(holder, $"{own.Id} {own.Started} {was[2]} {was[3]}\n", Token);
        await CopyAsync(lab, to, Direct);
        Assert.True(File.Exists(to));
        await File.WriteAllTextAsync(holder, $"{string.Join(' ', was)}\n", Token);
    }

    [Fact]
    public async Task Those_of_another_user_are_made_by_a_command_of_his()
    {
        using LxcLab lab = new(new() { ["user"] = "test" });

        Assert.Null(lab.Route.BaseProcessFile);
        await CopyAsync(lab, "/tmp/file", r => r);
        Assert.Equal("content", (await lab.ShellAsync("cat /tmp/file")).Output);
    }

    private static Route Direct(Route route) => route with { Prefix = ["no-such-program"] };

    private Task<CopyReport> CopyAsync(LxcLab lab, string to, Func<Route, Route> how) =>
        new FileCopier(new RouteResolver(r => new(r.Name, [how(lab.Route)]))).CopyAsync([new(null, _source)], new(new("lab-0"), to), Token);
}
