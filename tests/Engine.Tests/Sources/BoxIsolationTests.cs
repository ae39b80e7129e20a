using CrCache.Leasing;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>What a box keeps to itself, what it shares with the machine, and that nothing of it is left.</summary>
public sealed class BoxIsolationTests : IDisposable
{
    // What a suite takes that is there once on a machine; then it says so, and holds it until its input ends.
    private const string Suite =
        """
        set -e
        mkdir /tmp/app; echo mine >/tmp/app/db
        exec 8>/tmp/lock; flock -n 8
        exec perl -MIO::Socket -e '
          $tcp = IO::Socket::INET->new(LocalAddr => "127.0.0.1:5432", Listen => 1) or die "port: $@";
          socket $unix, AF_UNIX, SOCK_STREAM, 0; bind $unix, pack_sockaddr_un("\0crcache-test-box") or die "abstract socket: $!";
          $| = 1; print "all mine\n"; <STDIN>'
        """;

    private readonly EngineFixture _fixture = new();

    public BoxIsolationTests() => BoxLab.Require();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        BoxLab.Sweep(_fixture.Home);
        _fixture.Dispose();
    }

    [Fact]
    public async Task Eight_have_the_same_port_file_socket_and_lock_at_once()
    {
        _fixture.Home.AddSource("s", "type=box\nmaximum=8");
        var names = await _fixture.Acquire("s", 8);
        var running = await Task.WhenAll(names.Select(n => _fixture.Engine.Commands.StartAsync(
            ResourceReference.Parse(n), new ResourceCommand { Arguments = ["sh", "-c", Suite] }, Token)));
        foreach (var one in running)
        {
            using StreamReader output = new(one.StandardOutput);
            using StreamReader error = new(one.StandardError);
            Assert.True(await output.ReadLineAsync(Token) == "all mine", await Said(one, error));
        }

        foreach (var one in running)
        {
            one.StandardInput.Close();
            Assert.Equal(0, (await one.WaitAsync(Token)).ExitCode);
            await one.DisposeAsync();
        }

        await _fixture.Release([.. names]);
    }

    [Fact]
    public async Task What_one_command_started_is_there_for_the_next()
    {
        using BoxLab lab = new([]);
        await lab.ShellAsync("mkfifo /tmp/up; (perl -MIO::Socket -e 'fork and exit; $l = IO::Socket::INET->new(LocalAddr => \"127.0.0.1:5432\", Listen => 1); open U, \">/tmp/up\"; close U; $c = $l->accept; print $c \"hello\\n\"; sleep 300' </dev/null >/dev/null 2>&1); cat /tmp/up");

        var finished = await lab.ShellAsync("perl -MIO::Socket -e 'print IO::Socket::INET->new(\"127.0.0.1:5432\")->getline'");

        Assert.Equal(("hello\n", ""), (finished.Output, finished.Error));
    }

    [Fact]
    public async Task Its_name_home_temporary_files_and_processes_are_its_own()
    {
        using BoxLab lab = new([]);

        Assert.Equal("lab-0\n", (await lab.ShellAsync("hostname")).Output);
        Assert.Equal("", (await lab.ShellAsync("ls -A \"$HOME\"; ls -A /dev/shm; ls -A /tmp | grep -v crcache-test")).Output);
        Assert.Equal("lock\n", (await lab.ShellAsync("ls -A /run")).Output);
        Assert.Equal("1\n", (await lab.ShellAsync("cat /proc/[0-9]*/comm | grep -c '^sleep$'")).Output);
        Assert.Equal(" lo\n", (await lab.ShellAsync("sed -n 's/:.*//; 3,$ p' /proc/net/dev")).Output.Replace("    lo", " lo", StringComparison.Ordinal));
        Assert.Equal(File.ReadAllText("/etc/passwd"), (await lab.ShellAsync("cat /etc/passwd")).Output);
        Assert.Equal($"{Environment.UserName}\n", (await lab.ShellAsync("id -un")).Output);
    }

    [Fact]
    public async Task The_network_is_the_machines_where_that_is_shared()
    {
        using BoxLab lab = new(new() { ["share"] = "net" });

        Assert.Equal($"{new FileInfo("/proc/self/ns/net").LinkTarget}\n", (await lab.ShellAsync("readlink /proc/self/ns/net")).Output);
    }

    [Fact]
    public async Task What_is_overlaid_or_shared_is_seen_in_a_private_home_and_only_what_is_shared_is_written_back()
    {
        using TemporaryDirectory directory = new();
        directory.Write("overlaid/file", "old");
        directory.Write("shared/file", "old");
        using BoxLab lab = new(new() { ["overlay"] = directory.Combine("overlaid"), ["share"] = directory.Combine("shared"), ["private"] = directory.Path });

        var finished = await lab.ShellAsync("cd \"$1\"; ls; cat overlaid/file shared/file; echo new >overlaid/file; echo new >shared/file; echo more >overlaid/more; cat overlaid/file", directory.Path);

        Assert.Equal(("overlaid\nshared\noldoldnew\n", ""), (finished.Output, finished.Error));
        Assert.Equal("old", await File.ReadAllTextAsync(directory.Combine("overlaid", "file"), Token));
        Assert.Equal("new\n", await File.ReadAllTextAsync(directory.Combine("shared", "file"), Token));
        Assert.False(File.Exists(directory.Combine("overlaid", "more")));

        await lab.ResetAsync();
        Assert.Equal("old", (await lab.ShellAsync("cd \"$1\"; cat overlaid/*", directory.Path)).Output);
    }

    [Fact]
    public async Task A_reset_ends_what_runs_there_and_takes_back_what_was_written()
    {
        using BoxLab lab = new([]);
        var before = lab.Holder;
        await lab.ShellAsync("echo x >/tmp/x; echo x >$HOME/x; setsid sleep 300 </dev/null >/dev/null 2>&1 &");

        await lab.ResetAsync();

        Assert.NotEqual(before, lab.Holder);
        Assert.Equal("1\n", (await lab.ShellAsync("ls /tmp/x $HOME/x 2>/dev/null; cat /proc/[0-9]*/comm | grep -c '^sleep$'")).Output);
    }

    [Fact]
    public async Task A_reset_can_be_a_command()
    {
        using BoxLab lab = new(new() { ["reset"] = "command", ["reset_command"] = "rm /tmp/x" });
        await lab.ShellAsync("touch /tmp/x /tmp/y");

        await lab.ResetAsync();

        Assert.Equal("/tmp/y\n", (await lab.ShellAsync("ls /tmp/x /tmp/y")).Output);
        var error = await Assert.ThrowsAsync<ResourceException>(lab.ResetAsync);
        Assert.Contains("lab-0 could not be reset: reset_command: rm: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_of_it_and_nothing_is_deleted_through_a_link()
    {
        using TemporaryDirectory precious = new();
        precious.Write("file", "precious");
        using BoxLab lab = new([]);
        var network = new FileInfo($"/proc/{lab.Holder}/ns/net").LinkTarget;
        await lab.ShellAsync("ln -s \"$1\" /tmp/link; mkdir -m 0 /tmp/closed; setsid sleep 300 </dev/null >/dev/null 2>&1 &", precious.Path);
        var mounts = await File.ReadAllTextAsync("/proc/self/mountinfo", Token);
        Assert.DoesNotContain(lab.Place, mounts, StringComparison.Ordinal);
        Assert.DoesNotContain(precious.Path, mounts, StringComparison.Ordinal);

        await lab.DiscardAsync();
        await lab.DiscardAsync();

        Assert.Equal("precious", await File.ReadAllTextAsync(precious.Combine("file"), Token));
        Assert.False(Directory.Exists(lab.Place));
        Assert.DoesNotContain(BoxLab.Processes(), p => new FileInfo($"/proc/{p}/ns/net") is { Exists: true, LinkTarget: var space } && space == network);
        Assert.Empty(ProcessStatus.WithVariable("CRCACHE_BOX", lab.Place));
    }

    [Fact]
    public async Task A_link_in_its_place_is_not_followed()
    {
        using TemporaryDirectory precious = new();
        precious.Write("file", "precious");
        using BoxLab lab = new([]);
        await lab.DiscardAsync();
        Directory.CreateSymbolicLink(lab.Place, precious.Path);

        var error = await Assert.ThrowsAsync<ResourceException>(lab.DiscardAsync);

        Assert.Contains("is a link", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(precious.Combine("file")));
        Directory.Delete(lab.Place);
    }

    [Fact]
    public async Task What_was_not_written_down_is_found_and_what_another_boot_wrote_down_is_nobody()
    {
        using BoxLab lab = new([]);
        var holder = lab.Holder;
        File.Delete(Path.Combine(lab.Place, "holder"));
        await lab.DiscardAsync();
        Assert.True(ProcessStatus.Of(holder) is null or { HasEnded: true });

        using var other = ProcessRun.Start(["sleep", "300"]);
        var start = ProcessStatus.Of(other.Id)!.Value.Started;
        Directory.CreateDirectory(lab.Place);
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "store"), $"{lab.Store}\n", Token);
        await File.WriteAllTextAsync(Path.Combine(lab.Place, "holder"), $"{other.Id} {start} {other.Id} {start} another-boot pid:[1]\n", Token);
        await lab.DiscardAsync();
        Assert.False(other.HasExited);
        Assert.False(Directory.Exists(lab.Place));
    }

    [Fact]
    public async Task One_whose_holder_was_ended_is_found_out_and_made_anew()
    {
        _fixture.Home.AddSource("s", "type=box\nmaximum=1\nreserve=1");
        await _fixture.Acquire("s");
        await _fixture.Release("s-0");
        var holder = (await File.ReadAllTextAsync(Path.Combine(_fixture.Home.StateDirectory, "boxes", "s-0", "holder"), Token)).Split(' ')[0];
        (await ProcessRun.RunAsync(["kill", "-9", holder])).Success();
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));

        var lease = Assert.Single(await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("s"), Token));

        Assert.Equal(0, (await _fixture.Engine.Commands.RunAsync(lease.Reference, new() { Arguments = ["true"] }, Token)).ExitCode);
        await _fixture.Engine.Leases.ReleaseAsync([lease.Reference], force: false, Token);
        _fixture.Home.AddSource("s", "type=box\nmaximum=1");
        await _fixture.Engine.Leases.CollectAsync(apply: true, Token);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Theory]
    [InlineData("share=hom", "share")]
    [InlineData("overlay=/", "overlay")]
    [InlineData("overlay=/a:b", "overlay")]
    [InlineData("private=tmp", "private")]
    [InlineData("reset=maybe", "reset")]
    [InlineData("reset=command", "reset")]
    [InlineData("reset_command=true", "reset_command")]
    [InlineData("cwd=here", "cwd")]
    [InlineData("directory=here", "directory")]
    [InlineData("directory=/a/../b", "directory")]
    [InlineData("import=bind:/a:b", "import")]
    [InlineData("import=bind:/a:/proc", "import")]
    public async Task What_cannot_be_is_refused_by_its_key(string line, string key)
    {
        _fixture.Home.AddSource("s", $"type=box\n{line}");

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => _fixture.Acquire("s"));

        Assert.Contains($"{key}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_can_be_asked_for_by_what_it_is()
    {
        _fixture.Home.AddSource("s", "type=box\nmaximum=1");
        AcquireRequest Asked(string where) => new([new ResourceDemand("s") { Where = where }]);
        await _fixture.Engine.Leases.AcquireAsync(Asked("isolation=process && revert && shared-fs"), Token);
        await _fixture.Release("s-0");
        await Assert.ThrowsAnyAsync<CrCacheException>(() => _fixture.Engine.Leases.AcquireAsync(Asked("isolation=machine"), Token));
    }

    [Fact]
    public async Task What_is_missing_is_said_as_it_is_made()
    {
        _fixture.Home.AddSource("s", "type=box\nprivate=/no/such/place");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));

        Assert.Equal(ErrorCodes.ProvisionFailed, error.Code);
        Assert.Contains("s-0 could not be made: there is no directory '/no/such/place'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cwd=/no/such/place", "cwd: there is no directory '/no/such/place'")]
    [InlineData("user=no-such-user", "user: ")]
    public async Task A_place_or_user_that_is_not_there_is_said_as_it_is_made(string setting, string why)
    {
        _fixture.Home.AddSource("s", $"type=box\n{setting}");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));

        Assert.Equal(ErrorCodes.ProvisionFailed, error.Code);
        Assert.Contains($"s-0 could not be made: {why}", error.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    private static async Task<string> Said(RunningCommand running, StreamReader error)
    {
        running.StandardInput.Close();
        return running.ToString() + (await error.ReadToEndAsync(Token));
    }
}
