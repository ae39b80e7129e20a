using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Following the events: each once, in order, whoever writes them and whatever becomes of the store meanwhile.</summary>
public sealed class EventFeedTests : IDisposable
{
    private readonly TestHome _home = new();
    private readonly SteppedTime _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly StateStore _store;

    public EventFeedTests() => _store = new StateStore(() => _home.StateDirectory, _time);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Each_event_comes_once_and_in_order_whoever_writes_it()
    {
        var following = FollowAsync(after: 0, until: 400);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(p => Task.Run(() =>
        {
            var store = new StateStore(() => _home.StateDirectory, TimeProvider.System);
            for (var i = 0; i < 50; i++)
                store.Transact(t => t.Events.Add($"a-{p}", null, "acquired", null, "me"));
        })));

        Assert.Equal(Enumerable.Range(1, 400).Select(n => (long)n), (await following).Select(e => e.Number));
    }

    [Fact]
    public async Task Far_behind_it_catches_up()
    {
        Add(1300);
        Assert.Equal(Enumerable.Range(21, 1280).Select(n => (long)n), (await FollowAsync(after: 20, until: 1300)).Select(e => e.Number));
    }

    [Fact]
    public async Task What_was_removed_meanwhile_is_a_gap_in_the_numbers()
    {
        Add(10);
        await using var events = new Following(Open());
        Assert.Equal(1, (await events.NextAsync()).Number);
        _store.Transact(t =>
        {
            t.Execute("DELETE FROM event WHERE number <= 8;");
            return true;
        });

        // What it had read already it still has to give.
        List<long> numbers = [];
        while (numbers.LastOrDefault() < 10)
            numbers.Add((await events.NextAsync()).Number);
        _store.Transact(t =>
        {
            t.Execute("DELETE FROM event;");
            return true;
        });
        Add(1);
        Assert.Equal(11, (await events.NextAsync()).Number);
        Assert.Equal(numbers.Order(), numbers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task A_store_that_is_replaced_is_followed_from_its_beginning(int count)
    {
        Add(3);
        await using var events = new Following(Open());
        for (var number = 1; number <= 3; number++)
            Assert.Equal(number, (await events.NextAsync()).Number);

        Directory.Move(_home.StateDirectory, _home.Combine("away"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Add(count);

        for (var number = 1; number <= count; number++)
            Assert.Equal(number, (await events.NextAsync()).Number);
    }

    [Fact]
    public async Task A_store_that_is_moved_away_is_not_begun_anew_and_gone_on_with_when_it_comes_back()
    {
        Add(3);
        await using var events = new Following(Open());
        for (var number = 1; number <= 3; number++)
            Assert.Equal(number, (await events.NextAsync()).Number);
        var next = events.NextAsync();

        Directory.Move(_home.StateDirectory, _home.Combine("away"));
        var elsewhere = new StateStore(() => _home.Combine("away"), _time);
        elsewhere.Transact(t => t.Events.Add("a-0", null, "acquired", null, "me"));
        Assert.False(Directory.Exists(_home.StateDirectory));
        Directory.Move(_home.Combine("away"), _home.StateDirectory);

        Assert.Equal(4, (await next).Number);
    }

    [Fact]
    public async Task A_store_that_is_not_there_yet_is_waited_for()
    {
        await using var events = new Following(Open());
        var next = events.NextAsync();
        Assert.False(Directory.Exists(_home.StateDirectory));
        Add(1);
        Assert.Equal(1, (await next).Number);
    }

    [Fact]
    public async Task It_ends_when_it_is_cancelled()
    {
        Add(1);
        using CancellationTokenSource cancellation = new();
        await using var events = Open().Inventory.FollowAsync(1, cancellation.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = events.MoveNextAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    private CrCacheEngine Open() => CrCacheEngine.Open(new() { Directory = _home.Project, Environment = _home.Environment });

    private void Add(int count)
    {
        for (var i = 0; i < count; i++)
            _store.Transact(t => t.Events.Add("a-0", null, "acquired", null, "me"));
    }

    private async Task<List<ResourceEvent>> FollowAsync(long after, long until)
    {
        List<ResourceEvent> events = [];
        await foreach (var e in Open().Inventory.FollowAsync(after, TestContext.Current.CancellationToken))
        {
            events.Add(e);
            if (e.Number >= until)
                break;
        }

        return events;
    }

    private sealed class Following(CrCacheEngine engine) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<ResourceEvent> _events =
            engine.Inventory.FollowAsync(0, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        public async Task<ResourceEvent> NextAsync()
        {
            Assert.True(await _events.MoveNextAsync());
            return _events.Current;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
