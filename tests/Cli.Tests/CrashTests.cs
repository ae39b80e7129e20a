using System.Globalization;

namespace CrCache.Cli.Tests;

/// <summary>kill -9 in the middle of things: the next ordinary command repairs what was left, and nothing is lost or held twice.</summary>
public sealed class CrashTests : IDisposable
{
    private const string KillCaller = "kill -9 $PPID";

    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("type=local\nmaximum=1")]
    [InlineData("type=pool\nsources=local\nmaximum=1")]
    public async Task Killed_while_making_a_resource_the_next_acquire_discards_it_and_makes_it_anew(string source)
    {
        _home.AddSource("s", source);
        var log = _home.Combine("log");
        _home.AddHook("s", "discard.d", "10-log", $"echo discard $1 >> {log}");
        var hook = _home.AddHook("s", "provision.d", "10-crash", KillCaller);
        Assert.Equal(137, (await _home.CrcacheAsync("acquire", "-s", "s")).ExitCode);
        Assert.Contains("provisioning", (await _home.CrcacheAsync("status", "-v", "s")).Output, StringComparison.Ordinal);

        File.Delete(hook);
        Assert.Equal(["s-0"], await _home.AcquireAsync("s"));
        Assert.Equal("discard s-0\n", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
        await ReleaseAllAsync();
    }

    [Theory]
    [InlineData("type=local\nmaximum=1")]
    [InlineData("type=pool\nsources=local\nmaximum=1")]
    public async Task Killed_while_discarding_a_resource_the_next_acquire_finishes_the_discard(string source)
    {
        _home.AddSource("s", source);
        Assert.Equal(["s-0"], await _home.AcquireAsync("s"));
        var hook = _home.AddHook("s", "discard.d", "10-crash", KillCaller);
        Assert.Equal(137, (await _home.CrcacheAsync("release", "s-0")).ExitCode);
        Assert.Contains("discarding", (await _home.CrcacheAsync("status", "-v", "s")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await _home.CrcacheAsync("run", "s-0", "true")).ExitCode);

        File.Delete(hook);
        Assert.Equal(["s-0"], await _home.AcquireAsync("s"));
        await ReleaseAllAsync();
    }

    [Theory]
    [InlineData("release.d", "type=local\nmaximum=1\nreserve=1")]
    [InlineData("reset.d", "type=local\nmaximum=1\nreserve=1")]
    [InlineData("reset.d", "type=pool\nsources=local\nmaximum=1\nreserve=1")]
    public async Task Killed_while_resetting_a_resource_the_next_acquire_finishes_the_reset(string stage, string source)
    {
        _home.AddSource("s", source);
        var log = _home.Combine("log");
        _home.AddHook("s", "reset.d", "20-log", $"echo reset $1 >> {log}");
        var hook = _home.AddHook("s", stage, "10-crash", KillCaller);
        Assert.Equal(["s-0"], await _home.AcquireAsync("s"));
        Assert.Equal(137, (await _home.CrcacheAsync("release", "s-0")).ExitCode);
        Assert.Contains("resetting", (await _home.CrcacheAsync("status", "-v", "s")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await _home.CrcacheAsync("run", "s-0", "true")).ExitCode);

        File.Delete(hook);
        Assert.Equal(["s-0"], await _home.AcquireAsync("s"));
        Assert.Equal("reset s-0\n", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
        await ReleaseAllAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_while_handing_a_resource_out_the_next_acquire_has_it(bool isKept)
    {
        _home.AddSource("s", "type=local\nmaximum=1\nreserve=1");
        if (isKept)
            (await _home.CrcacheAsync("refill", "s")).Success();
        var hook = _home.AddHook("s", "acquire.d", "10-crash", KillCaller);
        Assert.Equal(137, (await _home.CrcacheAsync("acquire", "-s", "s")).ExitCode);
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "s")).Success().Output);

        File.Delete(hook);
        Assert.Equal(["s-0"], await _home.AcquireAsync("s"));
        await ReleaseAllAsync();
    }

    [Fact]
    public async Task What_a_killed_commands_hook_goes_on_with_is_ended_before_anybody_else_has_the_resource()
    {
        _home.AddSource("s", "type=local\nmaximum=1");
        var log = _home.Combine("log");
        var hook = _home.AddHook("s", "provision.d", "10-slow", $"trap 'echo provision ended >> {log}; exit 1' TERM; sleep 300 & echo begun >> {log}; wait");
        using (var victim = _home.StartCrcache("acquire", "-s", "s"))
        {
            await Eventually.True(() => File.Exists(log), what: "the hook");
            victim.Kill();
            await victim.WaitAsync();
        }

        File.Delete(hook);
        hook = _home.AddHook("s", "discard.d", "10-slow", $"echo discard begun >> {log}; trap 'echo discard ended >> {log}; exit 1' TERM; sleep 300 & wait");
        using (var victim = _home.StartCrcache("acquire", "-s", "s"))
        {
            await Eventually.True(() => File.ReadLines(log).Count() == 3, what: "the second hook");
            victim.Kill();
            await victim.WaitAsync();
        }

        File.Delete(hook);
        Assert.Equal(["s-0"], await _home.AcquireAsync("s"));
        Assert.Equal(["begun", "provision ended", "discard begun", "discard ended"], await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task What_a_killed_run_left_is_ended_before_anybody_else_has_the_resource(string reserve)
    {
        _home.AddSource("s", $"type=local\nmaximum=1\nreserve={reserve}");
        await _home.AcquireAsync("s");
        using var victim = _home.StartCrcache("run", "s-0", "sh", "-c", "echo $$; exec sleep 300");
        var command = int.Parse(await Eventually.Get(() => victim.OutputSoFar is { Length: > 0 } id ? id : null, what: "the command"), CultureInfo.InvariantCulture);
        victim.Kill();
        await victim.WaitAsync();
        Assert.True(Runs(command));

        (await _home.CrcacheAsync("release", "s-0")).Success();

        Assert.False(Runs(command));
    }

    [Fact]
    public async Task Who_has_got_a_resource_does_not_wait_for_what_others_left()
    {
        _home.AddSource("s", "type=local\nmaximum=2");
        var begun = _home.Combine("begun");
        var hook = _home.AddHook("s", "discard.d", "10-hang", $"touch {begun}; exec sleep 600");
        await _home.AcquireAsync("s");
        using (var victim = _home.StartCrcache("release", "s-0"))
        {
            await Eventually.True(() => File.Exists(begun), what: "the hook");
            victim.Kill();
            await victim.WaitAsync();
        }

        Assert.Equal(["s-1"], await _home.AcquireAsync("s"));
        File.Delete(hook);
        (await _home.CrcacheAsync("gc", "--apply")).Success();
    }

    [Fact]
    public async Task A_command_that_gave_its_own_resource_back_is_ended_before_anybody_else_has_it()
    {
        await _home.AcquireAsync();
        using var running = _home.StartCrcache("run", "local-0", "sh", "-c", $"{Crcache.Program} release local-0; echo $$; exec sleep 300");
        var command = int.Parse(await Eventually.Get(() => running.OutputSoFar is { Length: > 0 } id ? id : null, what: "the release"), CultureInfo.InvariantCulture);
        Assert.True(Runs(command));

        await _home.AcquireAsync();
        Assert.False(Runs(command));
        Assert.Equal(76, (await running.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task What_a_failed_hook_left_running_is_ended_before_the_discard()
    {
        _home.AddSource("s", "type=local\nmaximum=1");
        var log = _home.Combine("log");
        _home.AddHook("s", "provision.d", "10-fail", $"(trap 'echo ended >> {log}; exit' TERM; sleep 300 & wait) & sleep 0.2; exit 1");
        _home.AddHook("s", "discard.d", "10-log", $"echo discard >> {log}");

        Assert.Equal(125, (await _home.CrcacheAsync("acquire", "-s", "s")).ExitCode);
        Assert.Equal(["ended", "discard"], await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_run_whose_lease_is_ended_says_so()
    {
        await _home.AcquireAsync();
        using var running = _home.StartCrcache("run", "local-0", "sh", "-c", "echo here; exec sleep 300");
        await Eventually.True(() => running.OutputSoFar == "here\n", what: "the command");

        (await _home.CrcacheAsync("release", "local-0")).Success();

        var ended = await running.WaitAsync();
        Assert.Equal(76, ended.ExitCode);
        Assert.Contains("CRC0203: the lease on local-0 has ended, and the command with it", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_again_and_again_the_collector_still_finishes_it()
    {
        _home.AddSource("s", "type=pool\nsources=local\nmaximum=1");
        await _home.AcquireAsync("s");
        var hook = _home.AddHook("s", "discard.d", "10-crash", KillCaller);
        Assert.Equal(137, (await _home.CrcacheAsync("release", "s-0")).ExitCode);
        Assert.Equal(137, (await _home.CrcacheAsync("gc", "--apply")).ExitCode);
        Assert.Equal(137, (await _home.CrcacheAsync("acquire", "-s", "s")).ExitCode);
        File.Delete(hook);
        Assert.Contains("s-0", (await _home.CrcacheAsync("gc")).Success().Output, StringComparison.Ordinal);
        (await _home.CrcacheAsync("gc", "--apply")).Success();
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "local")).Success().Output);
        Assert.Equal(["s-0"], await _home.AcquireAsync("s"));
    }

    [Fact]
    public async Task Killed_while_making_several_none_is_left()
    {
        _home.AddSource("s", "type=local\nmaximum=4");
        var hook = _home.AddHook("s", "provision.d", "10-crash", $"test $1 != s-2 || {KillCaller}; sleep 0.2");
        Assert.Equal(137, (await _home.CrcacheAsync("acquire", "-s", "s", "4")).ExitCode);
        File.Delete(hook);
        Assert.Equal(["s-0", "s-1", "s-2", "s-3"], await _home.AcquireAsync("s", 4));
    }

    [Fact]
    public async Task A_killed_owners_lease_is_free_for_the_next()
    {
        using var owner = ProcessRun.Start(["sleep", "1000"]);
        (await _home.CrcacheAsync("acquire", "--while-pid", $"{owner.Id}")).Success();
        Assert.Equal(75, (await _home.CrcacheAsync("acquire")).ExitCode);
        owner.Kill();
        await owner.WaitAsync();
        Assert.Equal(["local-0"], await _home.AcquireAsync());
    }

    [Fact]
    public async Task Killed_at_any_moment_nothing_is_held_twice_or_lost()
    {
        _home.AddSource("s", "type=local\nmaximum=3\nreserve=1");
        _home.AddHook("s", "provision.d", "10-slow", "sleep 0.05");
        _home.AddHook("s", "discard.d", "10-slow", "sleep 0.05");
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 12; round++)
        {
            using var victim = _home.StartCrcache("acquire", "-s", "s", "2", "--while-pid", $"{Environment.ProcessId}");
            await Task.Delay(random.Next(0, 250), TestContext.Current.CancellationToken);
            victim.Kill();
            var names = (await victim.WaitAsync()).Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            if (names.Length > 0)
                (await _home.CrcacheAsync(["release", "-f", .. names])).Success();
            else
                await ReleaseAllAsync();
        }

        await ReleaseAllAsync();
        Assert.True((await _home.AcquireAsync("s", 3)) is ["s-0", "s-1", "s-2"], $"seed {seed}");
    }

    // A zombie has ended.
    private static bool Runs(int process) =>
        File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    // What was handed out before its taker could say so has a live owner here, this test: it is given back by name.
    private async Task ReleaseAllAsync()
    {
        (await _home.CrcacheAsync("gc", "--apply")).Success();
        foreach (var line in (await _home.CrcacheAsync("status", "-v")).Success().OutputLines.Where(l => l.Contains("  leased  ", StringComparison.Ordinal) && !l.Contains("local-", StringComparison.Ordinal)))
            (await _home.CrcacheAsync("release", "-f", line.Trim().Split(' ')[0])).Success();
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "s")).Success().Output);
    }
}
