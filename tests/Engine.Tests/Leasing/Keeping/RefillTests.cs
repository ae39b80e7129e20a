namespace CrCache.Leasing.Keeping;

/// <summary>What is made ahead of time, what is given up, and what becomes of what fails.</summary>
public sealed class RefillTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task The_reserve_is_made_ahead_of_time()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=3\nmaximum=4");
        await _fixture.Acquire("lab");

        Assert.Equal([("lab-1", "make"), ("lab-2", "make")], await Refill());
        Assert.Equal((2, 1), _fixture.Count("lab"));
        Assert.Empty(await Refill());
        Assert.Equal(["lab-1"], await _fixture.Acquire("lab"));
    }

    [Fact]
    public async Task Nothing_is_made_of_a_source_that_nobody_has_used_unless_it_is_named()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=1");
        Assert.Empty(await Refill());
        Assert.Equal([("lab-0", "make")], await Refill("lab"));
    }

    [Fact]
    public async Task What_is_kept_for_a_pool_is_layered_and_hooks_are_run()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=3\nreserve=1");
        _fixture.Home.AddSource("pool", "type=pool\nsources=lab\nreserve=2");
        var log = _fixture.Home.Combine("log");
        _fixture.Home.AddHook("pool", "provision.d", "10-log", $"echo $1 >> {log}");

        Assert.Equal([("pool-0", "make"), ("pool-1", "make")], await Refill("pool"));
        Assert.Equal((2, 0), _fixture.Count("pool"));
        Assert.Equal((0, 2), _fixture.Count("lab"));
        Assert.Equal(["pool-0", "pool-1"], (await File.ReadAllLinesAsync(log, Token)).Order());
    }

    [Fact]
    public async Task What_only_a_pool_keeps_is_given_up_for_whoever_asks_for_what_is_below()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=2\nreserve=2");
        _fixture.Home.AddSource("pool", "type=pool\nsources=lab");
        await Refill("pool");
        Assert.Equal(2, _fixture.Count("pool").Cached);
        Assert.Equal(2, _fixture.Engine.Inventory.Sources(["lab"])[0].Available);

        Assert.Equal(2, (await _fixture.Acquire("lab", 2)).Count);
        Assert.Equal((0, 0), _fixture.Count("pool"));
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("pool"));
    }

    [Fact]
    public async Task What_is_kept_is_not_given_up_for_what_cannot_be_had_all_the_same()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=3\nreserve=3");
        _fixture.Home.AddSource("pool", "type=pool\nsources=lab\nmaximum=2");
        await _fixture.Acquire("lab");
        await Refill("pool");
        Assert.Equal(2, _fixture.Count("pool").Cached);

        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("lab", 3));
        Assert.Equal(2, _fixture.Count("pool").Cached);
        Assert.Equal(2, (await _fixture.Acquire("lab", 2)).Count);
    }

    [Fact]
    public async Task Used_up_it_is_discarded_when_it_is_given_back()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=1\nmax_use_count=2");
        await _fixture.Acquire("lab");
        await _fixture.Release("lab-0");
        Assert.Equal(1, _fixture.Count("lab").Cached);
        await _fixture.Acquire("lab");
        await _fixture.Release("lab-0");
        Assert.Equal(0, _fixture.Count("lab").Cached);
        Assert.Contains(_fixture.Engine.Inventory.Events(0, 100), e => e is { Kind: "discarding", Detail: "used 2 times (max_use_count)" });
    }

    [Fact]
    public async Task Too_old_it_is_not_handed_out_again()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=1\nmaximum=1\nmax_age=1h");
        await _fixture.Acquire("lab");
        _fixture.Time.Advance(TimeSpan.FromMinutes(50));
        await _fixture.Release("lab-0");
        Assert.Equal(1, _fixture.Count("lab").Cached);
        _fixture.Time.Advance(TimeSpan.FromMinutes(11));

        await _fixture.Acquire("lab");
        Assert.Equal(1, _fixture.Engine.Inventory.Resources("lab")[0].Uses);
    }

    [Fact]
    public async Task Beyond_the_reserve_it_is_kept_for_its_time()
    {
        _fixture.Home.AddSource("lab", "type=local\nidle_time=10m");
        await _fixture.Acquire("lab");
        await _fixture.Release("lab-0");
        Assert.Equal(1, _fixture.Count("lab").Cached);
        _fixture.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Empty(await Refill());
        _fixture.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([("lab-0", "discard")], await Refill());
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task What_fails_is_put_off_longer_each_time_and_status_says_so()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=1");
        var hook = _fixture.Home.AddHook("lab", "provision.d", "10-fail", "echo no room; exit 3");
        Assert.Equal([("lab-0", "failed")], await Refill("lab"));
        Assert.Empty(await Refill());

        _fixture.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal([("lab-0", "failed")], await Refill());
        _fixture.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(await Refill());
        var status = Assert.IsType<RefillStatus>(_fixture.Engine.Inventory.Sources(["lab"])[0].Refill);
        Assert.Equal((2, false), (status.Failures, status.IsStopped));
        Assert.Contains("no room", status.Problem, StringComparison.Ordinal);

        File.Delete(hook);
        _fixture.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([("lab-0", "make")], await Refill());
        Assert.Null(_fixture.Engine.Inventory.Sources(["lab"])[0].Refill);
    }

    [Fact]
    public async Task An_error_of_configuration_stops_it_until_that_is_corrected()
    {
        var directory = _fixture.Home.AddSource("lab", "type=local\nreserve=1");
        var hook = _fixture.Home.AddHook("lab", "provision.d", "10-any", "true");
        File.SetUnixFileMode(hook, (UnixFileMode)0b111_111_111);
        Assert.Equal([("lab-0", "failed")], await Refill("lab"));
        _fixture.Time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await Refill());
        Assert.True(_fixture.Engine.Inventory.Sources(["lab"])[0].Refill!.IsStopped);

        File.SetUnixFileMode(hook, (UnixFileMode)0b111_101_101);
        _fixture.Home.AddSource("lab", "type=local\nreserve=1\nconcurrency=2");
        Assert.Equal([("lab-0", "make")], await Refill());
        Assert.Equal(Path.GetDirectoryName(Path.GetDirectoryName(hook)), directory);
    }

    [Fact]
    public async Task What_another_directory_keeps_is_kept_also_by_who_does_not_see_it()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=1", project: true);
        await _fixture.Acquire("lab");
        var elsewhere = _fixture.Open(directory: _fixture.Home.Home);

        await elsewhere.Leases.ReleaseAsync([new("lab-0")], force: false, Token);
        Assert.Empty(await elsewhere.Leases.CollectAsync(apply: true, Token));
        Assert.Equal("idle", Assert.Single(_fixture.Engine.Inventory.Resources("lab")).State);

        // Removed it is no longer kept by anybody.
        Directory.Delete(Path.Combine(_fixture.Home.ProjectRoot, "sources", "lab"), recursive: true);
        Assert.Equal("discard", Assert.Single(await elsewhere.Leases.CollectAsync(apply: true, Token)).Action);
    }

    [Fact]
    public async Task Nothing_is_laid_by_before_those_who_wait_are_served()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=3\nmaximum=3");
        await _fixture.Acquire("lab", 2);
        var waiting = _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("lab", 2) { Wait = Timeout.InfiniteTimeSpan }, Token);
        await Eventually.True(() => _fixture.Engine.Inventory.Waiting().Count == 1, what: "the line");

        Assert.Empty(await Refill());
        await _fixture.Release("lab-0");
        Assert.Equal(2, (await waiting).Count);
    }

    [Fact]
    public async Task What_is_being_made_ahead_of_time_is_had_by_who_waits()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=1\nmaximum=1");
        var (begun, go) = (_fixture.Home.Combine("begun"), _fixture.Home.Combine("go"));
        _fixture.Home.AddHook("lab", "provision.d", "10-slow", $"touch {begun}; while ! test -e {go}; do sleep 0.01; done");
        var refill = Refill("lab");
        await Eventually.True(() => File.Exists(begun), what: "the hook");

        var holder = Assert.Single((await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("lab"))).Holders);
        Assert.Contains("being made ahead of time", holder.Owner, StringComparison.Ordinal);
        var waiting = _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("lab") { Wait = Timeout.InfiniteTimeSpan }, Token);
        await Eventually.True(() => _fixture.Engine.Inventory.Waiting().Count == 1, what: "the line");
        await File.WriteAllTextAsync(go, "", Token);
        Assert.Equal("lab-0", Assert.Single(await waiting).Resource);
        Assert.Equal([("lab-0", "make")], await refill);
    }

    [Fact]
    public async Task A_layer_that_cannot_be_made_is_put_off_as_well()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=2");
        _fixture.Home.AddHook("lab", "provision.d", "10-fail", "exit 3");
        _fixture.Home.AddSource("pool", "type=pool\nsources=lab\nmaximum=1");

        Assert.All(await Refill("pool", "pool"), r => Assert.Equal("failed", r.Action));
        Assert.Empty(await Refill());
        Assert.NotNull(_fixture.Engine.Inventory.Sources(["lab"])[0].Refill);
    }

    [Fact]
    public async Task Given_up_it_has_undone_what_it_began()
    {
        _fixture.Home.AddSource("lab", "type=local\nidle_time=1m");
        _fixture.Home.AddSource("slow", "type=local\nreserve=2");
        var begun = _fixture.Home.Combine("begun");
        _fixture.Home.AddHook("slow", "provision.d", "10-slow", $"touch {begun}; exec sleep 1000");
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var refill = _fixture.Engine.Leases.RefillAsync(["slow"], giveUp.Token);
        await Eventually.True(() => File.Exists(begun), what: "the hook");

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refill);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task A_clock_that_was_set_back_puts_nothing_off_for_longer()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=1");
        var hook = _fixture.Home.AddHook("lab", "provision.d", "10-fail", "exit 3");
        await Refill("lab");
        File.Delete(hook);
        _fixture.Time.Step(TimeSpan.FromDays(-365));

        Assert.Equal([("lab-0", "make")], await Refill());
    }

    [Fact]
    public async Task Of_another_directory_s_source_of_that_name_nothing_is_made()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=1", project: true);
        await _fixture.Acquire("lab");
        var other = Directory.CreateDirectory(_fixture.Home.Combine("other")).FullName;
        Directory.CreateDirectory(Path.Combine(other, ".crcache", "sources", "lab"));
        await File.WriteAllTextAsync(Path.Combine(other, ".crcache", "sources", "lab", "source.conf"), "[DEFAULT]\ntype=local\nreserve=5", Token);
        var elsewhere = _fixture.Open(directory: other);

        Assert.Empty(await elsewhere.Leases.RefillAsync([], Token));
        await elsewhere.Leases.ReleaseAsync([new("lab-0")], force: false, Token);
        Assert.Equal((1, 0), _fixture.Count("lab"));
    }

    [Fact]
    public async Task Several_at_once_make_no_more_than_one()
    {
        _fixture.Home.AddSource("lab", "type=local\nreserve=5\nmaximum=9");
        _fixture.Home.AddHook("lab", "provision.d", "10-slow", "sleep 0.05");

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Refill("lab"))));
        Assert.Equal(5, made.Sum(m => m.Count));
        Assert.Equal((5, 0), _fixture.Count("lab"));
    }

    private async Task<List<(string Resource, string Action)>> Refill(params string[] sources) =>
        [.. (await _fixture.Engine.Leases.RefillAsync(sources, Token)).Select(r => (r.Resource, r.Action)).Order()];
}
