using CrCache.Store;

namespace CrCache.Leasing;

public sealed class WaitingTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Who_waits_gets_what_is_released()
    {
        Source(2);
        await _fixture.Acquire("db", 2);
        var waiting = Wait("db", 1);
        await InLine(1);
        await _fixture.Release("db-1");
        Assert.Equal(["db-1"], await waiting);
        await InLine(0);
    }

    [Fact]
    public async Task Who_waits_for_many_is_not_overtaken_by_those_who_want_one()
    {
        Source(4);
        await _fixture.Acquire("db", 4);
        var waiting = Wait("db", 4);
        await InLine(1);
        foreach (var name in new[] { "db-0", "db-1", "db-2" })
        {
            await _fixture.Release(name);
            var error = await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("db"));
            Assert.Contains("kept for 1 who waits (", error.Message, StringComparison.Ordinal);
        }

        await _fixture.Release("db-3");
        Assert.Equal(4, (await waiting).Count);
    }

    [Fact]
    public async Task They_are_served_in_the_order_they_came()
    {
        Source(1);
        await _fixture.Acquire("db");
        List<string> served = [];
        List<Task> waiting = [];
        for (var i = 0; i < 4; i++)
        {
            waiting.Add(ServeAsync(i.ToString(System.Globalization.CultureInfo.InvariantCulture), priority: 0, served));
            await InLine(i + 1);
        }

        await _fixture.Release("db-0");
        await Task.WhenAll(waiting);
        Assert.Equal(["0", "1", "2", "3"], served);
    }

    [Fact]
    public async Task A_greater_priority_goes_first()
    {
        Source(1);
        await _fixture.Acquire("db");
        List<string> served = [];
        List<Task> waiting = [];
        foreach (var priority in new[] { 0, 7, -1, 7 })
        {
            waiting.Add(ServeAsync($"{priority}/{waiting.Count}", priority, served));
            await InLine(waiting.Count);
        }

        // Not in line, and equal to the least of those who are: behind all of them.
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("db"));
        await _fixture.Release("db-0");
        await Task.WhenAll(waiting);
        Assert.Equal(["7/1", "7/3", "0/0", "-1/2"], served);
    }

    [Fact]
    public async Task What_is_of_no_use_to_those_ahead_is_free_for_others()
    {
        Source(1);
        Source(2, "web");
        await _fixture.Acquire("db");
        var waiting = Wait("db", 1);
        await InLine(1);
        Assert.Equal(["web-0"], await _fixture.Acquire("web"));
        await _fixture.Release("db-0");
        await waiting;
    }

    [Fact]
    public async Task A_request_that_can_no_longer_be_met_blocks_nobody_and_ends()
    {
        Source(4);
        await _fixture.Acquire("db", 4);
        var waiting = _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("db", 4) { Wait = Timeout.InfiniteTimeSpan }, Token);
        await InLine(1);
        Source(3);
        await _fixture.Release("db-0", "db-1");
        Assert.Single(await _fixture.Acquire("db"));
        Assert.Equal(ErrorCodes.BeyondMaximum, (await Assert.ThrowsAsync<UsageException>(() => waiting)).Code);
        await InLine(0);
    }

    [Fact]
    public async Task Who_waits_gets_what_a_raised_maximum_allows()
    {
        Source(1);
        await _fixture.Acquire("db");
        var waiting = _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("db") { Wait = Timeout.InfiniteTimeSpan }, Token);
        await InLine(1);
        Source(2);
        Assert.Equal("db-1", Assert.Single(await waiting).Resource);
    }

    [Fact]
    public async Task A_pool_and_what_it_draws_from_are_one_line()
    {
        Source(2);
        _fixture.Home.AddSource("pool", "type=pool\nsources=db");
        await _fixture.Acquire("pool", 2);
        var waiting = Wait("db", 2);
        await InLine(1);
        await _fixture.Release("pool-0");
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("pool"));
        await _fixture.Release("pool-1");
        Assert.Equal(2, (await waiting).Count);
    }

    [Fact]
    public async Task Waiting_in_vain_ends_with_the_holders()
    {
        Source(1);
        await _fixture.Acquire("db");
        var waiting = _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("db") { Wait = TimeSpan.FromMinutes(5) }, Token);
        await InLine(1);
        _fixture.Time.Advance(TimeSpan.FromMinutes(6));
        var error = await Assert.ThrowsAsync<NothingAvailableException>(() => waiting);
        Assert.Equal((ErrorCodes.TimedOut, ExitCodes.TimedOut), (error.Code, error.ExitCode));
        Assert.StartsWith("waited 300 s: no resource of 'db' is free", error.Message, StringComparison.Ordinal);
        Assert.Equal(["db-0"], error.Holders.Select(h => h.Resource));
        await InLine(0);
    }

    [Fact]
    public async Task What_expires_while_somebody_waits_is_handed_on()
    {
        Source(1);
        await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("db") { TimeToLive = TimeSpan.FromMinutes(1) }, Token);
        var waiting = Wait("db", 1);
        await InLine(1);
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["db-0"], await waiting);
    }

    [Fact]
    public async Task Who_says_nothing_any_more_lets_others_pass()
    {
        Source(1);
        var store = Store();
        store.Transact(t => t.Tickets.Add(new(
            0, 0, t.Now, t.Now, ProcessIdentity.Current().ToString(), "stopped", null, StoredJson.Of([new ResourceDemand("db")]))));
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("db"));
        _fixture.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["db-0"], await _fixture.Acquire("db"));
        await InLine(1);
    }

    [Fact]
    public async Task The_dead_do_not_stand_in_line()
    {
        Source(1);
        var dead = ProcessIdentity.Current() with { Started = 1 };
        Store().Transact(t => t.Tickets.Add(new(0, 9, t.Now, t.Now, dead.ToString(), "dead", null, StoredJson.Of([new ResourceDemand("db")]))));
        Assert.Equal(["db-0"], await _fixture.Acquire("db"));
        await InLine(0);
    }

    [Fact]
    public async Task The_line_is_told_of_in_events()
    {
        Source(2);
        await _fixture.Acquire("db", 2);
        var served = Wait("db", 1);
        await InLine(1);
        using CancellationTokenSource giveUp = new();
        AcquireRequest request = new([new ResourceDemand("db", 2) { AtLeast = 1, Where = "cores>0" }, new ResourceDemand("local")]) { Wait = Timeout.InfiniteTimeSpan, Priority = -3 };
        var left = _fixture.Engine.Leases.AcquireAsync(request, giveUp.Token);
        await InLine(2);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await _fixture.Release("db-0");
        await served;
        var dead = ProcessIdentity.Current() with { Started = 1 };
        var ticket = Store().Transact(t => t.Tickets.Add(new(0, 9, t.Now, t.Now, dead.ToString(), "dead", null, StoredJson.Of([new ResourceDemand("db")]))));
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("db"));

        var line = _fixture.Engine.Inventory.Events(0, int.MaxValue).Where(e => e.Kind is "waiting" or "served" or "left").ToList();

        var first = line[0].Epoch;
        Assert.Equal(
            [
                ("db", first, "waiting", "priority 0: 1 of db"),
                ("db,local", first + 1, "waiting", "priority -3: 1..2 of db where cores>0, 1 of local"),
                ("db,local", first + 1, "left", null),
                ("db", first, "served", null),
                ("db", ticket, "left", "its process has ended"),
            ],
            line.Select(e => (e.Resource, e.Epoch, e.Kind, e.Detail)));
    }

    [Theory]
    [InlineData(-1001)]
    [InlineData(1001)]
    public async Task A_priority_beyond_the_range_is_refused(int priority) =>
        await Assert.ThrowsAsync<UsageException>(() => _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("local") { Priority = priority }, Token));

    private async Task ServeAsync(string name, int priority, List<string> served)
    {
        var leases = await _fixture.Engine.Leases.AcquireAsync(
            new AcquireRequest("db") { Wait = Timeout.InfiniteTimeSpan, Priority = priority }, Token);
        lock (served)
            served.Add(name);
        await _fixture.Engine.Leases.ReleaseAsync([leases[0].Reference], force: false, Token);
    }

    private async Task<IReadOnlyList<string>> Wait(string source, int count) =>
        [.. (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest(source, count) { Wait = Timeout.InfiniteTimeSpan }, Token)).Select(l => l.Resource)];

    private Task InLine(int tickets) =>
        Eventually.True(() => Store().Transact(t => t.Tickets.InOrder()).Count == tickets, what: $"{tickets} in line");

    private StateStore Store() => new(() => _fixture.Home.StateDirectory, _fixture.Time);

    private void Source(int maximum, string name = "db") => _fixture.Home.AddSource(name, $"type=local\nmaximum={maximum}\nreserve={maximum}");
}
