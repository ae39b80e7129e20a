namespace CrCache.Store;

/// <summary>How long events are kept, whatever becomes of the clock.</summary>
public sealed class EventTableTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SteppedTime _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly StateStore _store;

    public EventTableTests() => _store = new StateStore(() => _directory.Path, _time);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_older_than_ninety_days_goes_as_new_ones_come()
    {
        Add(100);
        _time.Advance(TimeSpan.FromDays(60));
        Add(100);
        Assert.Equal(1, Kept()[0]);
        _time.Advance(TimeSpan.FromDays(31));

        Add(60);

        Assert.Equal(Enumerable.Range(101, 160).Select(n => (long)n), Kept());
    }

    [Fact]
    public void A_clock_that_was_set_forwards_and_back_takes_nothing_with_it()
    {
        Add(95);
        _time.Step(TimeSpan.FromDays(3650));
        Add(9);
        _time.Step(TimeSpan.FromDays(-3650));

        Add(50);

        Assert.Equal(154, Kept().Count);
    }

    [Fact]
    public void A_clock_that_stays_wrong_for_long_takes_little_with_it()
    {
        Add(1000);
        _time.Step(TimeSpan.FromDays(3650));

        Add(100);

        Assert.InRange(Kept().Count, 1100 - 200, 1100);
        Assert.Equal(1100, Kept()[^1]);
    }

    [Theory]
    [InlineData(-20_000)]
    [InlineData(-100)]
    public void A_clock_that_was_set_back_takes_nothing_with_it(int days)
    {
        Add(100);
        _time.Step(TimeSpan.FromDays(days));

        Add(100);
        _time.Step(TimeSpan.FromDays(-days));
        Add(9);

        Assert.Equal(1, Kept()[0]);
        Assert.Equal(209, Kept().Count);
    }

    [Fact]
    public void What_was_written_by_a_clock_far_ahead_does_not_keep_what_is_behind_it()
    {
        Add(5);
        _time.Step(TimeSpan.FromDays(3650));
        Add(3);
        _time.Step(TimeSpan.FromDays(-3650));
        Add(92);
        _time.Advance(TimeSpan.FromDays(91));

        Add(100);

        Assert.Equal([6, 7, 8, .. Enumerable.Range(101, 100).Select(n => (long)n)], Kept());
    }

    private void Add(int count)
    {
        for (var i = 0; i < count; i++)
            _store.Transact(t => t.Events.Add("a-0", 1, "renewed", null, "me"));
    }

    private List<long> Kept() => [.. _store.Transact(t => t.Events.After(0, int.MaxValue)).Select(e => e.Number)];
}
