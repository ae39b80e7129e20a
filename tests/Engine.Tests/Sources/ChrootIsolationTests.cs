using CrCache.Leasing;

namespace CrCache.Sources;

/// <summary>What a chroot keeps to itself, what it has of its base, and that nothing of it is left.</summary>
public sealed class ChrootIsolationTests : IDisposable
{
    private readonly EngineFixture _fixture = new();
    private readonly TemporaryDirectory _directory = new();

    public ChrootIsolationTests()
    {
        ChrootLab.Require();
        Assert.SkipWhen(BusyboxRoot.Requirement.IsMissing(out var reason), reason);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> Busybox => new() { ["tree"] = BusyboxRoot.Path };

    public void Dispose()
    {
        ChrootLab.Sweep(_fixture.Home);
        _directory.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public async Task Its_root_name_processes_and_devices_are_its_own()
    {
        using ChrootLab lab = new(Busybox);

        Assert.Equal("lab-0\n", (await lab.ShellAsync("hostname")).Output);
        Assert.Equal("1\n", (await lab.ShellAsync("cat /proc/[0-9]*/comm | grep -c '^sleep$'")).Output);
        Assert.Equal("", (await lab.ShellAsync("for i in null zero full random urandom tty ptmx; do test -c /dev/$i || echo $i; done; test -w /dev/shm && test -d /sys/class/net/lo || echo no")).Output);
        Assert.Equal("4\n", (await lab.ShellAsync("head -c 4 /dev/zero >/dev/shm/x; wc -c </dev/shm/x")).Output);
        Assert.Equal("0 /root root root\n", (await lab.ShellAsync("echo $(id -u) $HOME $USER $LOGNAME")).Output);
        Assert.Contains("lab-0", (await lab.ShellAsync("cat /etc/hosts")).Output, StringComparison.Ordinal);
        Assert.Equal("busybox\n", (await lab.ShellAsync("ls /bin | grep '^busybox'; test ! -e /usr/bin/dpkg")).Output);
    }

    [Fact]
    public async Task A_user_is_the_one_of_its_own_password_file()
    {
        using ChrootLab lab = new(new(Busybox) { ["user"] = "test", ["cwd"] = "/home/test" });

        Assert.Equal("uid=1000(test) gid=1000(test) groups=50(staff),1000(test)\n/home/test /home/test\n", (await lab.ShellAsync("id; pwd | tr '\\n' ' '; echo $HOME; touch x")).Output);
        lab.Settings = lab.Settings with { Values = lab.Settings.Values.Append(new("user", new("nobody-there", null))).ToLookup(v => v.Key).ToDictionary(v => v.Key, v => v.Last().Value) };
        await lab.ResetAsync();
        var finished = await lab.ShellAsync("true");
        Assert.Equal((125, "crcache: lab-0 has no user 'nobody-there' in its /etc/passwd\n"), (finished.ExitCode, finished.Error));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("overlay")]
    [InlineData("copy")]
    [InlineData("command")]
    public async Task A_reset_ends_what_runs_there_and_takes_back_what_was_written(string clone)
    {
        Dictionary<string, string> settings = new(Busybox) { ["clone"] = clone };
        if (clone == "command")
        {
            settings["clone_command"] = "mount -t tmpfs tmpfs {path} && cp -a {golden}/. {path}/";
            settings["discard_command"] = "! mountpoint -q {path} || umount {path}";
        }

        using ChrootLab lab = new(settings);
        var (before, place) = (lab.Holder, lab.Place);
        await lab.ShellAsync("echo x >/tmp/x; rm -r /usr /etc/passwd; mkdir -m 0 /tmp/closed; sleep 300 </dev/null >/dev/null 2>&1 &");

        await lab.ResetAsync();

        Assert.NotEqual(before, lab.Holder);
        Assert.Equal("1\n", (await lab.ShellAsync("ls /tmp; test -d /usr && test -f /etc/passwd || echo gone; cat /proc/[0-9]*/comm | grep -c '^sleep$'")).Output);
        await lab.DiscardAsync();
        await lab.DiscardAsync();
        Assert.False(Directory.Exists(place));
        Assert.DoesNotContain(place, await File.ReadAllTextAsync("/proc/self/mountinfo", Token), StringComparison.Ordinal);
        Assert.Empty(ChrootLab.Marked(place));
        Assert.True(File.Exists(Path.Combine(BusyboxRoot.Path, "etc/passwd")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(BusyboxRoot.Path, "tmp")));
    }

    [Theory]
    [InlineData("overlay")]
    [InlineData("copy")]
    public async Task A_reset_goes_back_to_what_was_there_when_its_snapshot_was_taken(string clone)
    {
        _directory.Write("copied/file", "old");
        _directory.Write("over/file", "old");
        using ChrootLab lab = new(new(Busybox)
        {
            ["clone"] = clone,
            ["import"] = $"rsync:{_directory.Combine("copied")}:/opt/copied bind:{_directory.Combine("over")}:/opt/over:overlay",
        });
        await lab.ShellAsync("echo hook >/tmp/hook; echo new >/opt/copied/file; echo new >/opt/over/file; echo '10.0.0.1 db' >>/etc/hosts; rm /etc/group; chmod 700 /; setsid sleep 300 </dev/null >/dev/null 2>&1 &");

        await lab.SnapshotAsync();

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(
                "hook\nnew\nnew\n10.0.0.1 db\n700\n",
                (await lab.ShellAsync("ls /tmp; cat /opt/*/file; grep db /etc/hosts; ls /etc/group 2>/dev/null; stat -c %a /; pgrep -f 'sleep 300'")).Output);
            await lab.ShellAsync("touch /tmp/mine /opt/over/mine; rm /tmp/hook; echo mine >/opt/copied/file; echo mine >/etc/hosts; chmod 755 /");
            await lab.ResetAsync();
        }

        Assert.Equal("old", await File.ReadAllTextAsync(_directory.Combine("over", "file"), Token));
        await lab.DiscardAsync();
        Assert.False(Directory.Exists(lab.Place));
    }

    [Fact]
    public async Task A_snapshot_of_btrfs_is_one_more_subvolume()
    {
        Assert.SkipWhen(Requirement.Btrfs.IsMissing(out var reason), reason);
        var at = Directory.CreateDirectory(_directory.Combine("btrfs")).FullName;
        (await ProcessRun.RunAsync(["sh", "-ec", "truncate -s 256M \"$1\"; mkfs.btrfs -q \"$1\" >/dev/null; mount -o loop \"$1\" \"$2\"", "sh", _directory.Combine("image"), at])).Success();
        try
        {
            using ChrootLab lab = new(new() { ["create"] = $"cp -a {BusyboxRoot.Path}/. {{path}}", ["clone"] = "btrfs", ["directory"] = at });
            await lab.ShellAsync("touch /tmp/hook");
            await lab.SnapshotAsync();
            await lab.ShellAsync("touch /tmp/mine; rm /tmp/hook");
            await lab.ResetAsync();
            Assert.Equal("hook\n", (await lab.ShellAsync("ls /tmp")).Output);
            await lab.DiscardAsync();
            Assert.DoesNotContain("lab-0", (await ProcessRun.RunAsync(["btrfs", "subvolume", "list", at])).Success().Output, StringComparison.Ordinal);
        }
        finally
        {
            (await ProcessRun.RunAsync(["umount", at])).Success();
        }
    }

    [Fact]
    public async Task A_reset_can_be_a_command_or_nothing()
    {
        using ChrootLab lab = new(new(Busybox) { ["reset"] = "command", ["reset_command"] = "rm /tmp/x" });
        await lab.ShellAsync("touch /tmp/x /tmp/y");
        await lab.ResetAsync();
        Assert.Equal("y\n", (await lab.ShellAsync("ls /tmp")).Output);
        var error = await Assert.ThrowsAsync<ResourceException>(lab.ResetAsync);
        Assert.Contains("lab-0 could not be reset: reset_command: rm: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_machine_itself_can_be_the_tree()
    {
        using ChrootLab lab = new([]);
        var name = $"/var/tmp/crcache-test-{Guid.NewGuid():N}";

        var finished = await lab.ShellAsync("echo x >$1 && cat $1 && perl -e 'print 6 * 7, \"\\n\"'; ls $2", name, lab.Chroots);

        Assert.Equal(("x\n42\n", ""), (finished.Output, finished.Error));
        Assert.False(File.Exists(name));
        Assert.Equal("/usr/lib\n", (await Routes.Finished.RunAsync(new(new("lab-0", lab.Steps)) { CallerDirectory = "/usr/lib" }, new() { Arguments = ["pwd"] })).Output);
    }

    [Fact]
    public async Task One_can_be_in_another_and_files_are_copied_directly_into_both()
    {
        var below = _directory.Combine("below");
        Directory.CreateDirectory(below);
        _fixture.Home.AddSource("low", $"type=chroot\ntree=/\nimport=bind:{below}:{below}, bind:{BusyboxRoot.Path}:{BusyboxRoot.Path}:ro");
        _fixture.Home.AddSource("high", $"type=chroot\nbase=low\ntree={BusyboxRoot.Path}\ndirectory={below}");
        await _fixture.Acquire("high");
        var file = _directory.Write("file", "here\n");
        await _fixture.Engine.Files.CopyAsync([new(null, file)], new(new("high-0"), "/tmp/there"), Token);
        await using var running = await _fixture.Engine.Commands.StartAsync(new("high-0"), new() { Arguments = ["sh", "-c", "cat /tmp/there; hostname; ls -d /bin/busybox; ls /proc | grep -c '^[0-9]'"] }, Token);
        running.StandardInput.Close();
        using StreamReader output = new(running.StandardOutput);

        Assert.Matches("^here\nhigh-0\n/bin/busybox\n[45]\n$", await output.ReadToEndAsync(Token));
        await _fixture.Release("high-0");
        Assert.Equal([".golden"], Directory.GetFileSystemEntries(Assert.Single(Directory.GetDirectories(below))).Select(Path.GetFileName));
        Assert.Empty(ChrootLab.Marked(_directory.Path));
    }

    [Fact]
    public async Task A_copy_into_a_tree_of_its_own_can_be_a_hard_link()
    {
        using ChrootLab lab = new(new(Busybox) { ["clone"] = "copy", ["copy"] = "hardlink", ["directory"] = _directory.Combine("chroots") });
        var file = _directory.Write("file", "one");
        Copying.FileCopier copier = new(new Routes.RouteResolver(r => new(r.Name, [lab.Route])));
        await copier.CopyAsync([new(null, file)], new(new("lab-0"), "/tmp/there"), Token);
        await File.AppendAllTextAsync(file, " two", Token);
        Assert.Equal("one two", (await lab.ShellAsync("cat /tmp/there")).Output);
    }

    [Fact]
    public async Task Imports_are_seen_as_they_are_asked_for()
    {
        foreach (var name in new[] { "bind", "ro", "over", "copy" })
            _directory.Write($"{name}/file", "old");
        string Of(string kind, string name, string end = "") => $"{kind}:{_directory.Combine(name)}:/data/{name}{end}";
        using ChrootLab lab = new(new(Busybox) { ["import"] = $"{Of("bind", "bind")}, {Of("bind", "ro", ":ro")}, {Of("bind", "over", ":overlay")}, {Of("rsync", "copy")}, bind:/etc/passwd:/etc/host-passwd:ro" });

        var finished = await lab.ShellAsync("cd /data; cat */file; for i in *; do echo new 2>/dev/null >$i/file; done; cat */file; head -c 5 /etc/host-passwd");

        Assert.Equal("oldoldoldoldnew\nnew\nnew\noldroot:", finished.Output);
        Assert.Equal(["new\n", "old", "old", "old"], new[] { "bind", "copy", "over", "ro" }.Select(n => File.ReadAllText(_directory.Combine(n, "file"))));
        await lab.ResetAsync();
        Assert.Equal("new\noldoldold", (await lab.ShellAsync("cat /data/*/file")).Output);
        await lab.DiscardAsync();
        Assert.Equal("new\n", await File.ReadAllTextAsync(_directory.Combine("bind", "file"), Token));
    }

    [Fact]
    public void An_import_is_not_led_out_of_the_tree_by_a_link()
    {
        var tree = Directory.CreateDirectory(_directory.Combine("tree")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(tree, "out"), _directory.Path);
        var error = Assert.Throws<ResourceException>(() =>
        {
            using ChrootLab lab = new(new() { ["tree"] = tree, ["import"] = "bind:/etc:/out/made" });
        });
        Assert.Contains("import: /out is a link in the chroot", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory.Combine("made")));
    }

    [Fact]
    public async Task Nothing_is_deleted_through_a_mount_or_a_link_or_of_another_store()
    {
        _directory.Write("precious/file", "precious");
        using ChrootLab lab = new(Busybox);
        await lab.ShellAsync("ln -s \"$1\" /tmp/link", _directory.Combine("precious"));
        var inside = Directory.CreateDirectory(Path.Combine(lab.Place, "lower", "a b")).FullName;
        (await ProcessRun.RunAsync(["mount", "--bind", _directory.Combine("precious"), inside])).Success();
        await lab.DiscardAsync();
        Assert.Equal("precious", await File.ReadAllTextAsync(_directory.Combine("precious", "file"), Token));
        Assert.DoesNotContain(_directory.Path, await File.ReadAllTextAsync("/proc/self/mountinfo", Token), StringComparison.Ordinal);

        Directory.CreateSymbolicLink(lab.Place, _directory.Combine("precious"));
        Assert.Contains("is a link", (await Assert.ThrowsAsync<ResourceException>(lab.DiscardAsync)).Message, StringComparison.Ordinal);
        Directory.Delete(lab.Place);
        Directory.CreateDirectory(lab.Place);
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "file"), "", Token);
        Assert.Contains("was not made by crcache", (await Assert.ThrowsAsync<ResourceException>(lab.DiscardAsync)).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "store"), "other\n", Token);
        Assert.Contains("belongs to the chroots of another store", (await Assert.ThrowsAsync<ResourceException>(lab.DiscardAsync)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(lab.Place, "file")));
        Directory.Delete(lab.Place, recursive: true);
    }

    [Fact]
    public async Task After_a_reboot_or_a_kill_the_next_who_wants_it_gets_a_new_one()
    {
        _fixture.Home.AddSource("s", $"type=chroot\ntree={BusyboxRoot.Path}\nmaximum=1\nreserve=1");
        await _fixture.Acquire("s");
        await _fixture.Release("s-0");
        ChrootLab.Sweep(_fixture.Home);
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));

        var lease = Assert.Single(await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("s"), Token));

        Assert.Equal(0, (await _fixture.Engine.Commands.RunAsync(lease.Reference, new() { Arguments = ["true"] }, Token)).ExitCode);
        ChrootLab.Sweep(_fixture.Home);
        Assert.Equal(125, (await _fixture.Engine.Commands.RunAsync(lease.Reference, new() { Arguments = ["true"] }, Token)).ExitCode);
        _fixture.Home.AddSource("s", $"type=chroot\ntree={BusyboxRoot.Path}\nmaximum=1");
        await _fixture.Release("s-0");
        Assert.Empty(_fixture.Engine.Inventory.Names());
        Assert.Equal([".golden"], Directory.GetFileSystemEntries(Path.Combine(_fixture.Home.StateDirectory, "chroots")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Another_process_that_has_a_holders_number_by_now_is_left_alone()
    {
        using ChrootLab lab = new(Busybox);
        using var other = ProcessRun.Start(["sleep", "300"]);
        var start = Routes.ProcessStatus.Of(other.Id)!.Value.Started;
        var holder = lab.Holder;
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "holder"), $"{other.Id} {start} {other.Id} {start} another-boot pid:[1]\n", Token);
        (await ProcessRun.RunAsync(["kill", "-9", $"{holder}"])).Success();
        await lab.DiscardAsync();
        Assert.False(other.HasExited);
        Assert.False(Directory.Exists(lab.Place));
    }

    [Theory]
    [InlineData("", "create")]
    [InlineData("tree=/\ncreate=true", "create")]
    [InlineData("tree=here", "tree")]
    [InlineData("tree=/a/../b", "tree")]
    [InlineData("tree=/\nclone=copy", "clone")]
    [InlineData("tree=/x\nclone=maybe", "clone")]
    [InlineData("tree=/x\nclone=command", "clone_command")]
    [InlineData("tree=/x\ndiscard_command=true", "discard_command")]
    [InlineData("tree=/\nuser=-x", "user")]
    [InlineData("tree=/\ncwd=here", "cwd")]
    [InlineData("tree=/\ndirectory=here", "directory")]
    [InlineData("tree=/\nimport=bind:/x", "import")]
    [InlineData("tree=/\nimport=bind:/x:/a rsync:/y:/a/b", "import")]
    [InlineData("tree=/\nreset=maybe", "reset")]
    [InlineData("tree=/\ncopy=maybe", "copy")]
    public async Task What_cannot_be_is_refused_by_its_key(string lines, string key)
    {
        _fixture.Home.AddSource("s", $"type=chroot\n{lines}");

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => _fixture.Acquire("s"));

        Assert.Contains($"{key}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tree=/no/such/place", "tree: there is no directory /no/such/place")]
    [InlineData("tarball=/no/such.tar", "tarball: there is no file /no/such.tar")]
    [InlineData("create=echo broken >&2; exit 3", "create: broken (exit code 3)")]
    [InlineData("create=true", "create: it has left nothing in ")]
    [InlineData("tree=/\nimport=bind:/no/such/place:/mnt", "import: there is no /no/such/place")]
    public async Task What_is_missing_is_said_and_nothing_is_left(string line, string why)
    {
        _fixture.Home.AddSource("s", $"type=chroot\n{line}");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));

        Assert.Equal(ErrorCodes.ProvisionFailed, error.Code);
        Assert.Contains($"s-0 could not be made: {why}", error.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Engine.Inventory.Names());
        Assert.False(Directory.Exists(Path.Combine(_fixture.Home.StateDirectory, "chroots", "s-0")));
        Assert.Empty(ChrootLab.Marked(_fixture.Home.Path));
    }

    [Fact]
    public async Task It_can_be_asked_for_by_what_it_is()
    {
        _fixture.Home.AddSource("s", "type=chroot\ntree=/\nmaximum=1");
        AcquireRequest Asked(string where) => new([new ResourceDemand("s") { Where = where }]);
        await _fixture.Engine.Leases.AcquireAsync(Asked("isolation=process && revert && root && shared-fs"), Token);
        await _fixture.Release("s-0");
        await Assert.ThrowsAnyAsync<CrCacheException>(() => _fixture.Engine.Leases.AcquireAsync(Asked("isolation=container"), Token));
    }
}
