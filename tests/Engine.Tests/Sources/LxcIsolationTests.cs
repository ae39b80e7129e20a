using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>What a container keeps to itself, what it has of its base, and how it is given back.</summary>
public sealed class LxcIsolationTests
{
    private const string Sleeper = "setsid sleep 300 </dev/null >/dev/null 2>&1 &";

    public LxcIsolationTests() => LxcLab.Require();

    [Fact]
    public async Task Its_name_network_processes_and_limits_are_its_own()
    {
        using LxcLab lab = new([], lines: ["lxc.net.0.type = none", "lxc.ephemeral = 1"]);

        Assert.Equal("lab-0\n", (await lab.ShellAsync("hostname")).Output);
        Assert.NotEqual($"{new FileInfo("/proc/self/ns/net").LinkTarget}\n", (await lab.ShellAsync("readlink /proc/self/ns/net")).Output);
        Assert.Equal(["lo"], (await lab.ShellAsync("sed -n 's/:.*//; 3,$ p' /proc/net/dev | tr -d ' '")).Output.TrimEnd('\n').Split('\n'));
        Assert.Equal("", (await lab.ShellAsync("grep -Fvxf /proc/1/cgroup /proc/self/cgroup")).Output);
        Assert.Equal("", (await lab.ShellAsync("grep CapBnd /proc/1/status | grep -vxf - /proc/self/status | grep CapBnd")).Output);
        Assert.InRange(lab.Concurrency ?? 0, 1, 10_000);
        Assert.Equal("mine\n", (await lab.ShellAsync("nc -l -p 5432 </dev/null >/dev/null 2>&1 & until grep -q :1538 /proc/net/tcp /proc/net/tcp6; do sleep 0.05; kill -0 $! || exit; done; kill $!; echo mine")).Output);
    }

    [Theory]
    [InlineData("rm /etc/passwd; mkfifo /etc/passwd")]
    [InlineData("rm /etc/group; mkfifo /etc/group")]
    [InlineData("rm -r /etc; mkdir /x; mkfifo /x/passwd /x/group; ln -s x /etc")]
    [InlineData("printf 'root:x:0 --keep-groups:0:r:/root:/bin/sh\n:x:0\nroot:x::0:::\n' >/etc/passwd; printf 'a:x:0 0:root\nb:x::root\n' >/etc/group")]
    public async Task Whatever_its_users_are_nothing_waits_for_them(string script)
    {
        using LxcLab lab = new();
        await lab.ShellAsync(script);

        var finished = await lab.ShellAsync("grep -e ^Uid -e ^Groups /proc/self/status");

        Assert.Equal(("Uid:\t0\t0\t0\t0\nGroups:\t0 \n", ""), (finished.Output, finished.Error));
    }

    [Fact]
    public async Task Users_of_the_machine_are_not_its_own_through_a_link()
    {
        using TemporaryDirectory machine = new();
        machine.Write("passwd", "root:x:0:0::/stolen:/bin/sh\n");
        machine.Write("group", "stolen:x:77:root\n");
        using LxcLab lab = new();
        await lab.ShellAsync("mv /etc /own; ln -s \"$1\" /etc", machine.Path);
        Assert.Equal("/root\nGroups:\t0 \n", (await lab.ShellAsync("echo $HOME; grep ^Groups /proc/self/status")).Output);

        await lab.ShellAsync("rm /etc; ln -s own /etc");

        Assert.Equal("/root\n/bin/sh\n", (await lab.ShellAsync("echo $HOME; echo $SHELL")).Output);
    }

    [Fact]
    public async Task What_is_left_to_its_first_process_is_reaped()
    {
        using LxcLab lab = new();

        await lab.ShellAsync("(sleep 0.1 </dev/null >/dev/null 2>&1 &)");

        await Eventually.TrueAsync(async () => (await lab.ShellAsync("cat /proc/[0-9]*/stat | grep -c -e '^[0-9]* (sleep)'")).Output == "1\n");
    }

    [Fact]
    public async Task A_reset_takes_back_what_was_written_and_ends_what_runs()
    {
        using LxcLab lab = new();
        var before = lab.Init;
        await lab.ShellAsync($"rm /etc/group; echo mine >/tmp/mine; {Sleeper}");

        await lab.ResetAsync();

        Assert.NotEqual(before, lab.Init);
        Assert.Equal("/etc/group\n1\n", (await lab.ShellAsync("ls /tmp/mine /etc/group 2>/dev/null; cat /proc/[0-9]*/comm | grep -c '^sleep$'")).Output);
        Assert.True(File.Exists($"{BusyboxRoot.Path}/etc/group"));
    }

    [Fact]
    public async Task A_reset_goes_back_to_what_was_there_when_its_snapshot_was_taken()
    {
        using TemporaryDirectory directory = new();
        directory.Write("copied/file", "old");
        directory.Write("over/file", "old");
        using LxcLab lab = new(new() { ["import"] = $"rsync:{directory.Combine("copied")}:/opt/copied bind:{directory.Combine("over")}:/opt/over:overlay" });
        await lab.ShellAsync($"echo hook >/tmp/hook; echo new >/opt/copied/file; echo new >/opt/over/file; rm /etc/group; {Sleeper}");

        await lab.SnapshotAsync();

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("hook\nnew\nnew\n1\n", (await lab.ShellAsync("ls /tmp; cat /opt/*/file; ls /etc/group 2>/dev/null; cat /proc/[0-9]*/comm | grep -c '^sleep$'")).Output);
            await lab.ShellAsync("touch /tmp/mine /opt/over/mine; rm /tmp/hook; echo mine >/opt/copied/file");
            await lab.ResetAsync();
        }

        Assert.Equal("old", await File.ReadAllTextAsync(directory.Combine("over", "file"), TestContext.Current.CancellationToken));
        await lab.DiscardAsync();
        Assert.Equal("", await lab.LeftAsync());
    }

    [Theory]
    [InlineData("recreate", false)]
    [InlineData("none", true)]
    public async Task Given_back_it_sleeps_until_a_command_wakes_it_once(string reset, bool keeps)
    {
        using LxcLab lab = new(new() { ["reset"] = reset, ["idle"] = "stopped" });
        await lab.ShellAsync("echo mine >/tmp/mine");
        var before = lab.Init;

        await lab.ResetAsync();
        await lab.RestAsync();

        Assert.Equal(0, lab.Init);
        Assert.False(Directory.Exists($"/proc/{before}"));
        var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => lab.ShellAsync("test -e /tmp/mine; echo $? >&2; readlink /proc/self/ns/pid")));
        Assert.Single(all.Select(f => f.Output).Distinct());
        Assert.All(all, f => Assert.Equal(keeps ? "0\n" : "1\n", f.Error));
    }

    [Fact]
    public async Task A_reset_can_be_a_command()
    {
        using LxcLab lab = new(new() { ["reset"] = "command", ["reset_command"] = "rm /tmp/x" });
        await lab.ShellAsync("touch /tmp/x /tmp/y");

        await lab.ResetAsync();

        Assert.Equal("/tmp/y\n", (await lab.ShellAsync("ls /tmp/x /tmp/y 2>/dev/null")).Output);
        var error = await Assert.ThrowsAsync<ResourceException>(lab.ResetAsync);
        Assert.Contains("lab-0 could not be reset: reset_command: rm: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":overlay")]
    public void What_is_to_be_imported_through_a_link_makes_nothing_where_that_leads(string kind)
    {
        using TemporaryDirectory directory = new();
        Directory.CreateDirectory(directory.Combine("from"));
        Directory.CreateDirectory(directory.Combine("outside"));

        var error = Assert.Throws<ResourceException>(() => new LxcLab(new()
        {
            ["create"] = $"cp -a {BusyboxRoot.Path}/. {{path}} && ln -s {directory.Combine("outside")} {{path}}/link",
            ["import"] = $"bind:{directory.Combine("from")}:/link/sub{kind}",
        }));

        Assert.Contains("import: /link is a link in the container", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Combine("outside")));
    }

    [Fact]
    public async Task What_is_imported_is_seen_as_it_was_said()
    {
        using TemporaryDirectory directory = new();
        foreach (var name in (string[])["bound", "closed", "over laid", "copied"])
            directory.Write($"{name}/file", name);
        var imports = string.Join('\n', $"bind:{directory.Combine("bound")}:/srv/bound", $"bind:{directory.Combine("bound", "file")}:/etc/bound", $"bind:{directory.Combine("closed")}:/srv/closed:ro",
            $"bind:{directory.Combine("overlaid")}:/srv/overlaid:overlay", $"rsync:{directory.Combine("copied")}:/srv/new/copied");
        Directory.Move(directory.Combine("over laid"), directory.Combine("overlaid"));
        using LxcLab lab = new(new() { ["import"] = imports });
        const string script = "cd /srv; cat bound/file closed/file overlaid/file new/copied/file /etc/bound; for d in bound closed overlaid new/copied; do echo new >$d/file || echo $d is closed; done";

        var finished = await lab.ShellAsync(script + " 2>/dev/null");

        Assert.Equal("boundclosedover laidcopiedboundclosed is closed\n", finished.Output);
        Assert.Equal("new\n", File.ReadAllText(directory.Combine("bound", "file")));
        Assert.Equal(("over laid", "copied"), (File.ReadAllText(directory.Combine("overlaid", "file")), File.ReadAllText(directory.Combine("copied", "file"))));
        await lab.ResetAsync();
        Assert.Equal("new\nclosedover laidcopied", (await lab.ShellAsync("cd /srv; cat bound/file closed/file overlaid/file new/copied/file")).Output);
    }

    [Fact]
    public async Task A_tree_can_be_made_by_a_command_or_from_a_tarball()
    {
        using TemporaryDirectory directory = new();
        using (LxcLab lab = new(new() { ["create"] = $"cp -a {BusyboxRoot.Path}/. {{path}}; echo made >{{path}}/made" }))
            Assert.Equal("made\n", (await lab.ShellAsync("cat /made; rm /made")).Output);
        (await ProcessRun.RunAsync(["tar", "-czf", directory.Combine("root.tar.gz"), "-C", BusyboxRoot.Path, "."])).Success();
        using (LxcLab lab = new(new() { ["tarball"] = directory.Combine("root.tar.gz"), ["init"] = "system", ["config"] = "lxc.init.cmd = /bin/sleep 1000" }))
            Assert.Equal("1000\n", (await lab.ShellAsync("tr '\\0' '\\n' </proc/1/cmdline | tail -n 1")).Output);
        using (LxcLab lab = new(new() { ["tree"] = BusyboxRoot.Path, ["cwd"] = "/usr", ["user"] = "#1000" }))
            Assert.Equal("/usr\n1000\n", (await lab.ShellAsync("pwd; id -u")).Output);
    }

    [Theory]
    [InlineData("create", "echo no mirror >&2; exit 3", "create: no mirror (exit code 3)")]
    [InlineData("create", "true", "create: it has left nothing in ")]
    [InlineData("tarball", "/no/such/file", "tarball: there is no file /no/such/file")]
    [InlineData("tree", "/no/such/tree", "there is no root file system '/no/such/tree'")]
    [InlineData("container", "other", "there is no container 'other' in ")]
    [InlineData("network", "veth:crcache-none", "network: there is no bridge 'crcache-none'")]
    [InlineData("config", "lxc.no.such.key = 1", "lxc-start: ")]
    [InlineData("config", "lxc.cap.drop = 21", "its configuration takes setgid, setuid, sys_chroot or sys_admin from it")]
    [InlineData("import", "rsync:/no/such/file:/srv/file", "import: there is no /no/such/file")]
    public async Task What_is_in_the_way_is_said_in_one_line_and_nothing_is_left(string key, string text, string said)
    {
        using TestHome home = new();
        var error = Assert.Throws<ResourceException>(() => new LxcLab(new() { [key] = text, ["directory"] = home.Combine("own") }));

        Assert.Equal(ErrorCodes.ProvisionFailed, error.Code);
        Assert.Contains($"lab-0 could not be made: {said}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        foreach (var store in Directory.GetDirectories(home.Combine("own")))
            LxcLab.Sweep(store);
        Assert.Equal("", await LxcBase.LeftAsync(home.Combine("own"), [.. Directory.GetDirectories(home.Combine("own")).Select(d => Path.GetFileName(d))]));
    }

    [Fact]
    public async Task A_base_container_that_runs_is_refused()
    {
        using LxcBase running = new();
        (await ProcessRun.RunAsync(["lxc-start", "-P", running.Path, "-n", LxcBase.Name, "-d"])).Success();
        try
        {
            var error = Assert.Throws<ResourceException>(() => new LxcLab(new() { ["lxcpath"] = running.Path }));
            Assert.Contains("the base container 'base' is RUNNING: stop it", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            (await ProcessRun.RunAsync(["lxc-stop", "-P", running.Path, "-n", LxcBase.Name, "-k"])).Success();
        }
    }
}
