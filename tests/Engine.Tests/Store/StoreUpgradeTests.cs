namespace CrCache.Store;

/// <summary>A store of an older version becomes a current one once, whoever comes first and however many come at the same moment.</summary>
public sealed class StoreUpgradeTests : IDisposable
{
    private const int AtOnce = 12;

    private readonly TemporaryDirectory _directory = new();
    private readonly StoreSchema _next = new([.. StoreSchema.Known.Upgrades, "CREATE TABLE upgrade (by TEXT) STRICT; INSERT INTO upgrade VALUES ('one');"]);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Many_at_once_upgrade_it_once(bool isOld)
    {
        if (isOld)
            Open(StoreSchema.Known).Transact(t => t.Events.Add("a-0", null, "acquired", null, "me"));
        using Barrier barrier = new(AtOnce);

        Parallel.For(0, AtOnce, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, _ =>
        {
            var store = Open(_next);
            barrier.SignalAndWait();
            store.Transact(t => t.Events.Add("a-0", null, "acquired", null, "me"));
        });

        var after = Open(_next);
        Assert.Equal(1, after.Transact(t => t.Number("SELECT count(*) FROM upgrade;")));
        Assert.Equal(Enumerable.Range(1, isOld ? AtOnce + 1 : AtOnce).Select(n => (long)n), after.Transact(t => t.Events.After(0, 100)).Select(e => e.Number));
    }

    [Fact]
    public void Old_and_new_at_once_lose_nothing_and_the_old_are_refused_afterwards()
    {
        var old = Enumerable.Range(0, 4).Select(_ => Open(StoreSchema.Known)).ToList();
        old[0].Transact(t => 0);
        using Barrier barrier = new(AtOnce);
        var written = 0;

        Parallel.For(0, AtOnce, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, i =>
        {
            var store = i < old.Count ? old[i] : Open(_next);
            barrier.SignalAndWait();
            for (var n = 0; n < 20; n++)
            {
                try
                {
                    store.Transact(t => t.Events.Add("a-0", null, "acquired", null, "me"));
                    Interlocked.Increment(ref written);
                }
                catch (StoreException e) when (i < old.Count && e.Code == ErrorCodes.StoreTooNew)
                {
                    break;
                }
            }
        });

        Assert.Equal(written, Open(_next).Transact(t => t.Events.After(0, int.MaxValue)).Count);
        Assert.All(old, store => Assert.Equal(ErrorCodes.StoreTooNew, Assert.Throws<StoreException>(() => store.Transact(t => 0)).Code));
        Assert.All(old, store => Assert.Equal(ErrorCodes.StoreTooNew, Assert.Throws<StoreException>(() => store.Read(t => 0)).Code));
    }

    [Fact]
    public void An_upgrade_that_fails_leaves_the_store_as_it_was()
    {
        var old = Open(StoreSchema.Known);
        old.Transact(t => t.Events.Add("a-0", null, "acquired", null, "me"));
        StoreSchema broken = new([.. StoreSchema.Known.Upgrades, "DELETE FROM event; CREATE TABLE half (a TEXT); SELECT * FROM nothing;"]);

        Assert.Equal(ErrorCodes.StoreFailed, Assert.Throws<StoreException>(() => Open(broken).Transact(t => 0)).Code);

        Assert.Single(old.Transact(t => t.Events.After(0, 10)));
        Assert.Single(Open(StoreSchema.Known).Transact(t => t.Events.After(0, 10)));
        Assert.Equal(1, Open(_next).Transact(t => t.Number("SELECT count(*) FROM upgrade;")));
    }

    private StateStore Open(StoreSchema schema) => new(() => _directory.Path, TimeProvider.System, schema);
}
