namespace CrCache.Leasing;

public sealed class LeaseKeeperTests : IDisposable
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(10);
    private readonly EngineFixture _fixture = new();

    public LeaseKeeperTests() => _fixture.Home.AddSource("few", "type=local\nmaximum=3\nreserve=3");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Leases_outlast_their_time_as_long_as_they_are_kept()
    {
        using var keeper = await KeepAsync(2);

        for (var i = 0; i < 10; i++)
            _fixture.Time.Advance(TimeToLive / 2);
        Assert.Equal((0, 2), await CountAsync());
        Assert.Equal(2, keeper.Kept.Count);
        Assert.Empty(keeper.Lost);

        keeper.Dispose();
        _fixture.Time.Advance(TimeToLive * 2);
        Assert.Equal((2, 0), await CountAsync());
    }

    [Fact]
    public async Task One_that_is_lost_is_named_and_does_not_take_the_others_with_it()
    {
        using var keeper = await KeepAsync(3);
        var all = keeper.Kept;

        await _fixture.Release("few-0");
        await _fixture.Engine.Leases.StealAsync([new("few-1")], new LeaseTerms { TimeToLive = TimeSpan.FromDays(1) }, Token);
        _fixture.Time.Advance(TimeToLive / 4);
        Assert.Equal(all.Take(2), keeper.Lost);
        Assert.Equal(all.Skip(2), keeper.Kept);

        for (var i = 0; i < 3; i++)
            _fixture.Time.Advance(TimeToLive / 2);
        Assert.Equal((1, 2), await CountAsync());
        Assert.Equal(all.Take(2), keeper.Lost);
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_for_a_while_costs_no_lease()
    {
        using var keeper = await KeepAsync(1);
        var state = _fixture.Home.StateDirectory;
        Directory.Move(state, $"{state}.away");
        await File.WriteAllTextAsync(state, "", Token);
        _fixture.Time.Advance(TimeToLive / 4);
        File.Delete(state);
        Directory.Move($"{state}.away", state);
        Assert.Empty(keeper.Lost);

        _fixture.Time.Advance(TimeToLive / 4);
        _fixture.Time.Advance(TimeToLive * 0.7);
        Assert.Equal((0, 1), await CountAsync());
    }

    [Fact]
    public async Task What_it_keeps_it_does_not_give_back()
    {
        (await KeepAsync(1)).Dispose();

        Assert.Equal((0, 1), await CountAsync());
    }

    private async Task<LeaseKeeper> KeepAsync(int count)
    {
        var leases = await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("few", count) { TimeToLive = TimeToLive }, Token);
        return new(_fixture.Engine.Leases, [.. leases.Select(l => l.Reference)], TimeToLive, _fixture.Time);
    }

    private async Task<(int Cached, int InUse)> CountAsync()
    {
        await _fixture.Engine.Leases.CollectAsync(apply: true, Token);
        return _fixture.Count("few");
    }
}
