namespace CrCache.Cli.Tests;

/// <summary>Chroots as the command line makes them, also when it is killed.</summary>
public sealed class ChrootTests : IDisposable
{
    private readonly TestHome _home = new();

    public ChrootTests()
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);
        Assert.SkipWhen(BusyboxRoot.Requirement.IsMissing(out reason), reason);
    }

    private string Chroots => Path.Combine(_home.StateDirectory, "chroots");

    public void Dispose()
    {
        Sweep(_home);
        _home.Dispose();
    }

    /// <summary>Ends what holds the chroots of a home, for a test that has failed.</summary>
    internal static void Sweep(TestHome home)
    {
        foreach (var process in Marked(home))
            ProcessRun.RunAsync(["kill", "-9", process]).GetAwaiter().GetResult();
        Eventually.True(() => Marked(home).Count == 0).GetAwaiter().GetResult();
    }

    [Fact]
    public async Task Killed_at_any_moment_of_making_resetting_and_discarding_nothing_of_it_is_left()
    {
        var lines = $"type=chroot\ncreate=cp -a {BusyboxRoot.Path}/. {{path}}; mount -t tmpfs tmpfs {{path}}/mnt; sleep 0.1\nmaximum=4\n";
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 6; round++)
        {
            // Half of them are killed as they reset or discard one.
            _home.AddSource("s", $"{lines}reserve={round % 2}\n");
            _home.AddHook("s", "provision.d", "10-snapshot", "true");
            string[] command = ["acquire", "-s", "s", "2"];
            await GiveBackAsync();
            if (round >= 3)
                command = ["release", .. await _home.AcquireAsync("s", 2)];

            using var victim = _home.StartCrcache(command);
            await Task.Delay(random.Next(30, 350), TestContext.Current.CancellationToken);
            victim.Kill();
            await victim.WaitAsync();
        }

        _home.AddSource("s", lines);
        await GiveBackAsync();

        // The last one throws away what was half made, and leaves a golden tree that is whole.
        (await _home.CrcacheAsync(["release", .. await _home.AcquireAsync("s")])).Success();
        Assert.True(Directory.GetFileSystemEntries(Chroots) is [var golden] && Path.GetFileName(golden) == ".golden", $"seed {seed}: {string.Join(' ', Directory.GetFileSystemEntries(Chroots))}");
        Assert.EndsWith("tree", Assert.Single(Directory.GetDirectories(Assert.Single(Directory.GetDirectories(Path.Combine(Chroots, ".golden"))))), StringComparison.Ordinal);
        Assert.Empty(Marked(_home));
        Assert.DoesNotContain(_home.Path, await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_lost_store_made_is_in_nobodys_way()
    {
        _home.AddSource("s", $"type=chroot\ntree={BusyboxRoot.Path}\nmaximum=1");
        await _home.AcquireAsync("s");
        var before = Marked(_home);
        foreach (var file in Directory.GetFiles(_home.StateDirectory, "state.db*"))
            File.Delete(file);

        await _home.AcquireAsync("s");

        Assert.NotEmpty(before);
        Assert.Empty(before.Intersect(Marked(_home)));
        (await _home.CrcacheAsync("release", "s-0")).Success();
        Assert.Empty(Marked(_home));
        Assert.Equal([".golden"], Directory.GetFileSystemEntries(Chroots).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_a_killed_command_ran_inside_is_ended_with_the_lease()
    {
        _home.AddSource("s", $"type=chroot\ntree={BusyboxRoot.Path}\nmaximum=1");
        await _home.AcquireAsync("s");
        using var victim = _home.StartCrcache("run", "s-0", "sh", "-c", "trap '' TERM; (trap '' TERM; echo here; exec >/dev/null 2>&1; setsid sleep 300 & wait) & wait");
        await Eventually.True(() => victim.OutputSoFar == "here\n", what: "the command");
        victim.Kill();
        await victim.WaitAsync();

        (await _home.CrcacheAsync("release", "s-0")).Success();

        Assert.Empty(Marked(_home));
        Assert.DoesNotContain(Directory.GetDirectories("/proc"), p => Reads($"{p}/environ", "CRCACHE_RESOURCE=s-0") && Reads($"{p}/environ", _home.Path));
    }

    [Theory]
    [InlineData("overlay")]
    [InlineData("copy")]
    [InlineData("command")]
    public async Task What_hooks_made_of_it_is_there_for_every_holder_and_what_one_of_them_wrote_is_not(string how)
    {
        var lines = $"type=chroot\ncreate=cp -a {BusyboxRoot.Path}/. {{path}}\nmaximum=1\nclone={how}\n";
        if (how == "command")
            lines += "clone_command=cp -a {golden}/. {path}\ndiscard_command=true\n";
        _home.AddSource("s", $"{lines}reserve=1\n");
        _home.AddHook("s", "provision.d", "10-use", $"'{Crcache.Program}' run $1 sh -c 'echo provision > /tmp/log'");
        _home.AddHook("s", "configure.d", "10-use", $"'{Crcache.Program}' run $1 sh -c 'echo configure >> /tmp/log'");
        for (var i = 0; i < 3; i++)
        {
            await _home.AcquireAsync("s");
            Assert.Equal("log\nprovision\nconfigure\n", (await _home.CrcacheAsync("run", "s-0", "sh", "-c", "ls /tmp; cat /tmp/log; rm /tmp/log; touch /tmp/mine")).Success().Output);
            (await _home.CrcacheAsync("release", "s-0")).Success();
        }

        _home.AddSource("s", lines);
        await _home.AcquireAsync("s");
        (await _home.CrcacheAsync("release", "s-0")).Success();
        Assert.Equal([".golden"], Directory.GetFileSystemEntries(Chroots).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_terminal_comes_through_and_a_copy_is_direct()
    {
        Assert.SkipWhen(Requirement.Script.IsMissing(out var reason), reason);
        _home.AddSource("s", $"type=chroot\ntree={BusyboxRoot.Path}\nmaximum=1");
        await _home.AcquireAsync("s");

        var result = await Terminal.RunAsync($"stty rows 33 cols 77; {Crcache.Program} run s-0 sh -c 'test -t 0 && test -t 1 && stty size && exit 5'", _home.Environment, _home.Project);

        Assert.Equal((5, "33 77"), (result.ExitCode, result.Output.Trim()));
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "file"), "here\n", TestContext.Current.CancellationToken);
        (await _home.CrcacheAsync("run", "s-0", "rm", "-rf", "/bin/tar", "/bin/cat")).Success();
        (await _home.CrcacheAsync("cp", "file", "s-0:/tmp/there")).Success();
        Assert.Equal(0, (await _home.CrcacheAsync("run", "s-0", "grep", "here", "/tmp/there")).ExitCode);
        (await _home.CrcacheAsync("release", "s-0")).Success();
    }

    [Fact]
    public async Task Another_user_is_told_what_is_missing()
    {
        _home.AddSource("s", $"type=chroot\ntree={BusyboxRoot.Path}\nmaximum=1");
        File.SetUnixFileMode(_home.Path, (UnixFileMode)0b111_101_101);
        (await ProcessRun.RunAsync(["chown", "-R", "nobody", _home.Path])).Success();

        var refused = await ProcessRun.RunAsync(
            ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", Crcache.Program, "acquire", "-s", "s"], _home.Environment, _home.Project);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("only root can make chroots", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Chroots));
    }

    /// <summary>Has what killed commands left half-way finished or undone, and gives back what they had got by then.</summary>
    private async Task GiveBackAsync()
    {
        (await _home.CrcacheAsync("gc", "--apply")).Success();
        foreach (var line in (await _home.CrcacheAsync("status", "-v", "s")).Success().OutputLines.Where(l => l.Contains("  leased  ", StringComparison.Ordinal)))
            (await _home.CrcacheAsync("release", line.Trim().Split(' ')[0])).Success();
    }

    private static List<string> Marked(TestHome home) =>
        [.. Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _) && Reads($"{d}/environ", $"CRCACHE_CHROOT={home.Path}")).Select(d => Path.GetFileName(d))];

    private static bool Reads(string file, string text)
    {
        try
        {
            return File.ReadAllText(file).Contains(text, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
