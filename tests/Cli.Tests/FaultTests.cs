namespace CrCache.Cli.Tests;

/// <summary>kill -9 at every transition, right before and right after it is durable: one ordinary command repairs what was left.</summary>
public sealed class FaultTests : IDisposable
{
    private const string Mine = "release --owner victim";

    private static readonly FaultScenario[] Scenarios =
    [
        new("Begin", "made", "acquire -s made", "acquire -s made", "acquire -s made"),
        new("Begin:2", "top", "acquire -s top", "acquire -s top", "acquire -s top"),
        new("Describe", "made", "acquire -s made", "acquire -s made", "acquire -s made"),
        new("Provision", "made", "acquire -s made --owner victim", "acquire -s made", Mine),
        new("Provision", "top", "acquire -s top --owner victim", "acquire -s top", "acquire -s top"),
        new("Provision:2", "top", "acquire -s top --owner victim", "acquire -s top", Mine),
        new("HandOut", "db", "acquire -s db --owner victim", "acquire -s db", Mine)
        {
            Prepare = async h =>
            {
                await h.AcquireAsync("db");
                await h.ReleaseAsync();
            },
        },
        new("Steal", "db", "steal db-0 --owner victim", "release %", Mine) { Prepare = h => h.AcquireAsync("db") },
        new("Hold", "db", "hold db-0 --owner victim", "release %", Mine) { Prepare = h => h.AcquireAsync("db") },
        new("Renew", "db", "renew db-0 --ttl 1h", "release %", "release %") { Prepare = h => h.AcquireAsync("db") },
        new("LetGo", "db", "release %", "release --owner alice", "release --owner alice")
        {
            Prepare = async h =>
            {
                await h.AcquireAsync("db", owner: LeaseOwner.ThisProcess);
                h.Hold("alice");
            },
        },
        new("GiveBack", "db", "release %", "release %", "acquire -s db") { Prepare = h => h.AcquireAsync("db") },
        new("GiveBack:2", "top", "release %", "acquire -s top", "acquire -s top") { Prepare = h => h.AcquireAsync("top") },
        new("Reset", "db", "release %", "release %", "acquire -s db") { Prepare = LeaveCommandAsync },
        new("Settle", "db", "release %", "acquire -s db", "acquire -s db") { Prepare = LeaveCommandAsync },
        new("HandOut", "fresh", "acquire -s fresh --owner victim", "acquire -s fresh", Mine)
        {
            Prepare = async h =>
            {
                await h.AcquireAsync("fresh");
                await h.ReleaseAsync();
            },
        },
        new("Reset", "fresh", "release %", "release %", "acquire -s fresh") { Prepare = h => h.AcquireAsync("fresh") },
        new("Settle", "fresh", "release %", "acquire -s fresh", "acquire -s fresh") { Prepare = h => h.AcquireAsync("fresh") },
        new("Blame", "fresh", "release %", "acquire -s fresh", "acquire -s fresh") { Prepare = h => h.AcquireToFailAsync("fresh") },
        new("Condemn", "fresh", "release %", "acquire -s fresh", "acquire -s fresh") { Prepare = h => h.AcquireToFailAsync("fresh") },
        new("Condemn", "made", "release %", "release %", "acquire -s made") { Prepare = h => h.AcquireAsync("made") },
        new("Condemn:2", "top", "release %", "acquire -s top", "acquire -s top") { Prepare = h => h.AcquireAsync("top") },
        new("Forget", "top", "release %", "acquire -s top", "acquire -s top") { Prepare = h => h.AcquireAsync("top") },
        new("Forget:2", "top", "release %", "acquire -s top", "acquire -s top") { Prepare = h => h.AcquireAsync("top") },
        new("Abandon", "made", "release %", "acquire -s made", "acquire -s made")
        {
            Prepare = async h =>
            {
                await h.AcquireAsync("made");
                await File.WriteAllTextAsync(h.Lasts, "");
            },
            Meanwhile = async (h, victim) =>
            {
                await Eventually.True(() => File.Exists(h.Begun), what: "the discard");
                victim.Signal(2);
            },
        },
        new("Postpone", "made", "release %", "gc --apply", "gc --apply")
        {
            Prepare = async h =>
            {
                await h.AcquireAsync("made");
                await File.WriteAllTextAsync(h.Fails, "");
            },
        },
        new("Doubt", "db", "acquire -s db", "acquire -s db", "acquire -s db") { Prepare = h => KeepAsync(h, "db") },
        new("Blame", "made", "acquire -s made", "acquire -s made", "acquire -s made") { Prepare = h => h.FailAsync(0) },
        new("Keep", "kept", "refill kept", "acquire -s kept", "acquire -s kept") { Prepare = h => KeepAsync(h, "kept") },
        new("Quarantine", "made", "acquire -s made", "heal", "heal") { Prepare = h => h.FailAsync(2) },
        new("Retest", "made", "acquire -s made", "acquire -s made", "acquire -s made")
        {
            Prepare = async h =>
            {
                h.Earlier(TimeSpan.FromMinutes(10));
                await h.FailAsync(3);
            },
        },
        new("Heal", "made", "heal", "heal", "acquire -s made") { Prepare = h => h.FailAsync(3) },
        new("GiveUp", "made", "forget made-0", "gc --apply", "acquire -s made")
        {
            Prepare = async h =>
            {
                await h.AcquireAsync("made");
                await File.WriteAllTextAsync(h.Fails, "");
                await Assert.ThrowsAsync<ResourceException>(() => h.ReleaseAsync());
            },
        },
        new("PutOff", "kept", "refill kept", "acquire -s kept", "acquire -s kept") { Prepare = h => h.FailAsync(0) },
        new("Resume", "kept", "refill kept", "acquire -s kept", "acquire -s kept"),
        new("Join", "made", "acquire -s made --wait", "release %", "release %") { Prepare = h => h.AcquireAsync("made") },
        new("Serve", "db", "acquire -s db:2 --wait --owner victim", "acquire -s db:2", Mine)
        {
            Prepare = h => h.AcquireAsync("db", 2),
            Meanwhile = async (h, _) =>
            {
                await Eventually.True(() => h.Inventory.Waiting().Count == 1, what: "the victim in line");
                await h.ReleaseAsync("db-0", "db-1");
            },
        },
        new("Leave", "made", "acquire -s made --wait=1s", "release %", "release %") { Prepare = h => h.AcquireAsync("made") },
    ];

    private readonly FaultHome _home = new();

    public static TheoryData<int, string, string> Points =>
        [.. Scenarios.SelectMany((s, i) => new[] { "before", "after" }.Select(when => (i, s.Transition, when)))];

    [Fact]
    public void Every_transition_has_a_scenario() => Assert.Equal(
        Enum.GetNames(typeof(CrCacheEngine).Assembly.GetType("CrCache.Store.TransitionKind", throwOnError: true)!).Order(StringComparer.Ordinal),
        Scenarios.Select(s => s.Transition.Split(':')[0]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task What_users_have_cannot_be_told_to_die()
    {
        Assert.SkipWhen(Crcache.Program == Crcache.TestBuild, "this is a debug build");
        _home.Home.Environment["CRCACHE_FAULT"] = "Begin:before";
        Assert.Equal(["db-0"], await _home.Home.AcquireAsync("db"));
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_a_transition_the_next_command_repairs(int scenario, string transition, string when)
    {
        var (_, source, victim, before, after) = Scenarios[scenario];
        await Scenarios[scenario].Prepare(_home);
        _home.Home.Environment["CRCACHE_FAULT"] = transition.Split(':') is [var kind, var time] ? $"{kind}:{when}:{time}" : $"{transition}:{when}";
        using (var dying = ProcessRun.Start([Crcache.TestBuild, .. Words(victim)], _home.Home.Environment, _home.Home.Project))
        {
            await Scenarios[scenario].Meanwhile(_home, dying);
            Assert.Equal(128 + 9, (await dying.WaitAsync()).ExitCode);
        }

        _home.Home.Environment.Remove("CRCACHE_FAULT");
        _home.Calm();
        var repair = when == "before" ? before : after;

        var repaired = (await _home.Home.CrcacheAsync(Words(repair))).Success();

        _home.AssertWhole();
        if (repair.Contains("--owner", StringComparison.Ordinal))
        {
            Assert.True(repaired.Output.Length > 0, "what was handed out to the victim was not its own any more");
        }
        else if (repair.StartsWith("acquire", StringComparison.Ordinal))
        {
            await _home.ReleaseAsync(repaired.Output.TrimEnd('\n').Split(' '));
        }

        var maximum = _home.Inventory.Sources([source])[0].Maximum!.Value;
        var names = await _home.AcquireAsync(source, maximum);
        Assert.Equal(Enumerable.Range(0, maximum).Select(n => $"{source}-{n}"), names);
        Assert.Equal("works\n", (await _home.Home.CrcacheAsync("run", names[^1], "echo", "works")).Success().Output);
        _home.AssertWhole();
    }

    [Fact]
    public async Task What_ran_before_a_thief_who_was_killed_is_ended_before_anything_else_runs()
    {
        await _home.AcquireAsync("db");
        using var running = _home.Home.StartCrcache("run", "db-0", "sh", "-c", "echo here; exec sleep 300");
        await Eventually.True(() => running.OutputSoFar == "here\n", what: "the command");
        _home.Home.Environment["CRCACHE_FAULT"] = "Steal:after";
        Assert.Equal(128 + 9, (await ProcessRun.RunAsync([Crcache.TestBuild, "steal", "db-0"], _home.Home.Environment)).ExitCode);
        _home.Home.Environment.Remove("CRCACHE_FAULT");
        Assert.False(running.HasExited);

        (await _home.Home.CrcacheAsync("run", "db-0", "true")).Success();

        Assert.Equal(ExitCodes.LeaseLost, (await running.WaitAsync()).ExitCode);
    }

    public void Dispose() => _home.Dispose();

    private static async Task KeepAsync(FaultHome home, string source)
    {
        home.Earlier(TimeSpan.FromMinutes(10));
        await home.AcquireAsync(source);
        await home.ReleaseAsync();
    }

    private static async Task LeaveCommandAsync(FaultHome home)
    {
        await home.AcquireAsync("db");
        await home.LeaveCommandAsync();
    }

    private string[] Words(string command) => [.. command.Split(' ').Select(w => w == "%" ? _home.Lease.ToString() : w)];
}
