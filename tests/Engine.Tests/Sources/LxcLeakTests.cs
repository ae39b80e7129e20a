using System.Collections.Concurrent;
using System.Globalization;

namespace CrCache.Sources;

/// <summary>That nothing of a container is left, whatever happened to it.</summary>
public sealed class LxcLeakTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public LxcLeakTests() => LxcLab.Require();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        LxcLab.Sweep(Path.Combine(_fixture.Home.StateDirectory, "lxc"));
        _fixture.Dispose();
    }

    [Fact]
    public async Task Discarded_nothing_is_left_and_nothing_was_mounted_on_the_machine()
    {
        using TemporaryDirectory precious = new();
        precious.Write("file", "precious");
        using LxcLab lab = new(new() { ["import"] = $"bind:{precious.Path}:/srv/precious" });
        await lab.ShellAsync("ln -s /srv/precious /link; mkdir -m 0 /closed; setsid sleep 300 </dev/null >/dev/null 2>&1 &");
        var mounts = await File.ReadAllTextAsync("/proc/self/mountinfo", Token);
        Assert.DoesNotContain(lab.Place, mounts, StringComparison.Ordinal);
        Assert.DoesNotContain(precious.Path, mounts, StringComparison.Ordinal);

        await lab.DiscardAsync();
        await lab.DiscardAsync();

        Assert.Equal("precious", await File.ReadAllTextAsync(precious.Combine("file"), Token));
        Assert.Equal("", await lab.LeftAsync());
        Assert.Equal("", (await ProcessRun.RunAsync(["lxc-ls", "-P", Path.GetDirectoryName(lab.Place)!])).Output);
    }

    [Theory]
    [InlineData("running")]
    [InlineData("stopped")]
    public async Task After_a_reboot_it_is_gone_or_sleeps_and_is_discarded(string idle)
    {
        using LxcLab lab = new(new() { ["idle"] = idle });
        await lab.ResetAsync();
        Assert.Equal(idle == "stopped", lab.Init == 0);
        await EndAsync(lab);

        var finished = await lab.ShellAsync("echo up");

        Assert.Equal(
            idle == "stopped" ? (0, "up\n", "") : (125, "", "crcache: lab-0 is gone: its first process has ended\n"),
            (finished.ExitCode, finished.Output, finished.Error));
        await EndAsync(lab);
        await lab.DiscardAsync();
        Assert.Equal("", await lab.LeftAsync());
    }

    [Fact]
    public async Task Made_again_or_reset_it_is_as_new_where_its_monitor_was_killed_or_it_was_half_made()
    {
        using LxcLab lab = new();
        await EndAsync(lab);
        await lab.ResetAsync();
        Assert.Equal(0, (await lab.ShellAsync("true")).ExitCode);

        // What was started, and killed before it could be written down.
        File.Delete(Path.Combine(lab.Place, "holder"));
        await lab.MakeAsync();
        Assert.Equal(0, (await lab.ShellAsync("true")).ExitCode);

        // Another process's id, written down in another boot.
        using var other = ProcessRun.Start(["sleep", "300"]);
        await EndAsync(lab);
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "holder"), $"{other.Id} 1 another-boot pid:[1]\n", Token);
        Assert.Equal(125, (await lab.ShellAsync("true")).ExitCode);
        await lab.DiscardAsync();
        Assert.False(other.HasExited);
        Assert.Equal("", await lab.LeftAsync());
    }

    [Fact]
    public async Task Neither_a_link_nor_what_is_another_stores_is_deleted()
    {
        using TemporaryDirectory directory = new();
        directory.Write("precious/file", "precious");
        using LxcLab lab = new(new() { ["directory"] = directory.Combine("own") });
        await lab.DiscardAsync();

        Directory.CreateSymbolicLink(lab.Place, directory.Combine("precious"));
        await RefusedAsync("is a link");
        File.Delete(lab.Place);

        Directory.CreateDirectory(lab.Place);
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "file"), "", Token);
        await RefusedAsync("has lost its mark");
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "store"), "abcdef\n", Token);
        await RefusedAsync("is another store's (abcdef)");
        Directory.Delete(lab.Place, recursive: true);

        var parent = Path.GetDirectoryName(lab.Place)!;
        Directory.Delete(parent);
        directory.Write("precious/lab-0/store", $"{lab.Store}\n");
        Directory.CreateSymbolicLink(parent, directory.Combine("precious"));
        await RefusedAsync($"{parent} is a link");
        File.Delete(parent);
        Directory.CreateDirectory(lab.Place);
        (await ProcessRun.RunAsync(["chown", "nobody", parent])).Success();
        await RefusedAsync("another user's");
        Directory.Delete(parent, recursive: true);
        Assert.True(File.Exists(directory.Combine("precious", "file")));

        async Task RefusedAsync(string why) =>
            Assert.Contains(why, (await Assert.ThrowsAsync<ResourceException>(lab.DiscardAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_can_look_into_its_directories()
    {
        using LxcLab lab = new(new() { ["create"] = $"cp -a {BusyboxRoot.Path}/. {{path}}" });
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

        Assert.Equal(own, File.GetUnixFileMode(Path.GetDirectoryName(lab.Place)!));
        Assert.Equal(own, File.GetUnixFileMode(lab.Place));
        Assert.Equal(own, File.GetUnixFileMode(Path.Combine(lab.Place, "..", ".golden")));
    }

    [Fact]
    public async Task Its_mark_goes_last()
    {
        using LxcLab lab = new();
        var mark = Path.Combine(lab.Place, "store");
        using (var watch = new FileSystemWatcher(lab.Place))
        {
            ConcurrentQueue<string> gone = new();
            watch.Deleted += (_, e) => gone.Enqueue(e.Name!);
            watch.EnableRaisingEvents = true;
            await lab.DiscardAsync();
            await Eventually.True(() => gone.Contains("store"));
            Assert.Equal("store", gone.Last());
        }

        // As one who was killed between the two leaves it.
        Directory.CreateDirectory(lab.Place);
        await File.WriteAllTextAsync(mark, "", Token);
        await lab.DiscardAsync();
        Assert.False(Path.Exists(lab.Place));
    }

    [Fact]
    public async Task One_of_a_store_that_was_lost_is_ended_and_made_anew_where_there_is_no_other()
    {
        using LxcLab lab = new();
        var (before, lost) = (lab.Init, lab.Store);
        await lab.ShellAsync("touch /mine");

        lab.Store = "0123456789ab";
        await lab.MakeAsync();

        Assert.False(Directory.Exists($"/proc/{before}"));
        Assert.Equal("", (await lab.ShellAsync("ls /mine 2>/dev/null")).Output);
        Assert.Equal("", string.Concat((await LxcBase.LeftAsync("/no/such", lost)).Split('\n')));
        await lab.DiscardAsync();
        Assert.Equal("", await lab.LeftAsync());
    }

    [Fact]
    public async Task A_cgroup_that_is_called_like_its_own_is_not_of_it()
    {
        using LxcLab lab = new();
        using LxcLab other = new();
        var tree = (await ProcessRun.RunAsync(["sh", "-c", "for at in /sys/fs/cgroup /sys/fs/cgroup/*; do at=$at/$1/container; [ ! -d \"$at\" ] || echo \"$at\"; done", "sh", $"crcache.{other.Store}.lab-0"])).OutputLines[0];
        var inner = Directory.CreateDirectory(Path.Combine(tree, $"crcache.{lab.Store}.lab-0", "container")).FullName;
        (await ProcessRun.RunAsync(["sh", "-c", "echo \"$1\" >\"$2/cgroup.procs\"", "sh", other.Init.ToString(CultureInfo.InvariantCulture), inner])).Success();

        await lab.DiscardAsync();

        Assert.True(Directory.Exists($"/proc/{other.Init}"));
    }

    [Fact]
    public async Task One_made_ahead_of_time_sleeps_until_it_is_used()
    {
        using LxcBase lxc = new();
        _fixture.Home.AddSource("s", $"{lxc.Settings}\nmaximum=1\nreserve=1\nidle=stopped");
        await _fixture.Engine.Leases.RefillAsync(["s"], Token);
        Assert.Equal((1, 0), _fixture.Count("s"));
        var place = Path.Combine(_fixture.Home.StateDirectory, "lxc", "s-0");
        Assert.True(File.Exists(Path.Combine(place, "asleep")));
        Assert.False(File.Exists(Path.Combine(place, "holder")));

        await _fixture.Acquire("s");
        Assert.Equal(0, (await _fixture.Engine.Commands.RunAsync(new("s-0"), new() { Arguments = ["true"] }, Token)).ExitCode);
        Assert.True(File.Exists(Path.Combine(place, "holder")));
        await _fixture.Release("s-0");
        Assert.True(File.Exists(Path.Combine(place, "asleep")));
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("none")]
    public async Task One_that_hooks_have_used_sleeps_all_the_same(string reset)
    {
        using LxcBase lxc = new();
        _fixture.Home.AddSource("s", $"{lxc.Settings}\nmaximum=1\nreserve=1\nidle=stopped\nreset={reset}");
        var place = Path.Combine(_fixture.Home.StateDirectory, "lxc", "s-0");
        var log = _fixture.Home.Combine("log");
        _fixture.Home.AddHook("s", "reset.d", "10-use", $"sh '{place}/start' '{place}' \"$(cat '{place}/store')\" '' && echo used >>'{log}'");
        await _fixture.Acquire("s");

        await _fixture.Release("s-0");

        Assert.Equal("used\n", await File.ReadAllTextAsync(log, Token));
        Assert.True(File.Exists(Path.Combine(place, "asleep")));
        Assert.False(File.Exists(Path.Combine(place, "holder")));
    }

    [Fact]
    public async Task Eight_at_once_have_one_port_and_one_golden_tree_that_is_made_once()
    {
        var log = _fixture.Home.Combine("log");
        _fixture.Home.AddSource("s", $"type=lxc\ncreate=echo made >>{log}; cp -a {BusyboxRoot.Path}/. {{path}}\nmaximum=8");

        var names = (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _fixture.Acquire("s", 2))))).SelectMany(n => n).ToArray();

        Assert.Equal("made\n", await File.ReadAllTextAsync(log, Token));
        await Task.WhenAll(names.Select(async n => Assert.Equal(
            0, (await _fixture.Engine.Commands.RunAsync(new(n), new() { Arguments = ["sh", "-c", "mkdir /tmp/app; nc -l -p 5432 >/dev/null 2>&1 </dev/null & sleep 0.1; kill -0 $!"] }, Token)).ExitCode)));
        await _fixture.Release(names);
        _fixture.Home.AddSource("s", $"type=lxc\ncreate=echo again >>{log}; cp -a {BusyboxRoot.Path}/. {{path}}\nmaximum=8");
        await _fixture.Acquire("s");
        await _fixture.Release("s-0");
        Assert.Single(Directory.GetDirectories(Path.Combine(_fixture.Home.StateDirectory, "lxc", ".golden")));
    }

    [Fact]
    public async Task A_tarball_that_is_packed_again_at_once_is_another_tree()
    {
        var tarball = _fixture.Home.Combine("root.tar");
        _fixture.Home.AddSource("s", $"type=lxc\ntarball={tarball}\nmaximum=1");
        foreach (var version in (string[])["1", "2"])
        {
            var extra = Directory.CreateDirectory(_fixture.Home.Combine("extra")).FullName;
            await File.WriteAllTextAsync(Path.Combine(extra, "version"), version, Token);
            (await ProcessRun.RunAsync(["tar", "-cf", tarball, "-C", BusyboxRoot.Path, ".", "-C", extra, "version"])).Success();
            await _fixture.Acquire("s");
            Assert.Equal(0, (await _fixture.Engine.Commands.RunAsync(new("s-0"), new() { Arguments = ["grep", "-q", version, "/version"] }, Token)).ExitCode);
            await _fixture.Release("s-0");
        }

        Assert.Single(Directory.GetDirectories(Path.Combine(_fixture.Home.StateDirectory, "lxc", ".golden")));
    }

    [Theory]
    [InlineData("network=none", "network")]
    [InlineData("network=veth:", "network")]
    [InlineData("network=veth:a b", "network")]
    [InlineData("config=lxc.net.1.type = none", "config")]
    [InlineData("config=lxc.net.1.type=\"none\"", "config")]
    [InlineData("config=lxc.include = /etc/passwd", "config")]
    [InlineData("config=rm -rf /", "config")]
    [InlineData("config=lxc.cap.drop = net_raw sys_admin", "config")]
    [InlineData("container=../x", "container")]
    [InlineData("container=-x", "container")]
    [InlineData("tree=/usr", "container")]
    [InlineData("lxcpath=here", "lxcpath")]
    [InlineData("directory=/a/../b", "directory")]
    [InlineData("cwd=here", "cwd")]
    [InlineData("user=a b", "user")]
    [InlineData("init=other", "init")]
    [InlineData("idle=maybe", "idle")]
    [InlineData("reset=maybe", "reset")]
    [InlineData("import=bind:a:/b", "import")]
    public async Task What_cannot_be_is_refused_by_its_key(string line, string key)
    {
        var container = line.StartsWith("container", StringComparison.Ordinal) ? "" : "container=base\n";
        _fixture.Home.AddSource("s", $"type=lxc\n{container}{line}");

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => _fixture.Acquire("s"));

        Assert.Contains($"{key}: ", error.Message, StringComparison.Ordinal);
    }

    /// <summary>As a reboot does: all its processes end at once, and nothing is tidied up.</summary>
    private static async Task EndAsync(LxcLab lab)
    {
        const string script =
            """
            for at in $(grep -lsxz -F -e "CRCACHE_LXC=$1" /proc/[0-9]*/environ); do at=${at%/environ}; kill -STOP "${at#/proc/}"; kill -9 "${at#/proc/}"; done
            [ "$2" = 0 ] || kill -9 "$2" || :
            while [ "$2" != 0 ] && [ -d "/proc/$2" ]; do sleep 0.01; done
            """;
        (await ProcessRun.RunAsync(["sh", "-c", script, "sh", lab.Place, lab.Init.ToString(CultureInfo.InvariantCulture)])).Success();
    }
}
