using CsCheck;

namespace CrCache.Leasing;

public sealed class SeveralSourcesTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task All_are_leased_or_none()
    {
        Source("a", 2);
        Source("b", 1);
        Assert.Equal(["a-0", "b-0"], await Acquire(new("b"), new("a")));
        var error = await Assert.ThrowsAsync<NothingAvailableException>(() => Acquire(new("a"), new("b")));
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _fixture.Count("a").InUse);
    }

    [Fact]
    public async Task A_range_takes_what_is_free()
    {
        Source("a", 3);
        Source("b", 9);
        Assert.Equal(["a-0", "a-1", "a-2", "b-0", "b-1"], await Acquire(new("a", 8) { AtLeast = 2 }, new("b", 2)));
        await _fixture.Release("a-2");
        await Assert.ThrowsAsync<NothingAvailableException>(() => Acquire(new ResourceDemand("a", 8) { AtLeast = 2 }));
        Assert.Equal(["a-2"], await Acquire(new ResourceDemand("a", 8) { AtLeast = 1 }));
    }

    [Fact]
    public async Task What_each_must_have_comes_before_what_another_would_like()
    {
        Source("a", 4);
        _fixture.Home.AddSource("one", "type=pool\nsources=a");
        _fixture.Home.AddSource("two", "type=pool\nsources=a");
        Assert.Equal(["one-0", "one-1", "one-2", "two-0"], await Acquire(new("one", 9) { AtLeast = 1 }, new("two", 9) { AtLeast = 1 }));
    }

    [Fact]
    public async Task Who_can_choose_leaves_to_the_other_what_that_one_needs()
    {
        Source("a", 1);
        Source("b", 1);
        _fixture.Home.AddSource("pool", "type=pool\nsources=a,b");
        Assert.Equal(["a-0", "pool-0"], await Acquire(new("pool"), new("a")));
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        Source("a", 3);
        await Refused("asked for twice", new("a"), new("a", 2));
        await Refused("no range", new ResourceDemand("a", 2) { AtLeast = 3 });
        await Refused("no range", new ResourceDemand("a", 2) { AtLeast = 0 });
        await Refused("ask for 1 to", new ResourceDemand("a", 0));
        await Refused("never has more than 3", new ResourceDemand("a", 9) { AtLeast = 4 });
        await Refused("no source at all");
    }

    [Fact]
    public async Task No_mix_of_requests_that_wait_ends_in_a_deadlock()
    {
        Source("a", 2);
        Source("b", 3);
        _fixture.Home.AddSource("pool", "type=pool\nsources=a,b\nmaximum=4");
        var demand = Gen.OneOf(
            Gen.Int[1, 2].Select(n => new ResourceDemand("a", n)),
            Gen.Int[1, 3].Select(n => new ResourceDemand("b", n)),
            Gen.Select(Gen.Int[1, 2], Gen.Int[0, 2], (least, more) => new ResourceDemand("pool", least + more) { AtLeast = least }));
        var requests = Gen.Select(demand.Array[1, 3], Gen.Int[-2, 2], (demands, priority) =>
            new AcquireRequest([.. demands.DistinctBy(d => d.Source)]) { Wait = Timeout.InfiniteTimeSpan, Priority = priority }).Array[30];
        var all = requests.Single();

        await Task.WhenAll(all.Chunk(5).Select(some => Task.Run(async () =>
        {
            foreach (var request in some)
            {
                // Together they may want more than there ever is at once: a pool's resources are a's and b's.
                if (request.Demands.Where(d => d.Source != "b").Sum(d => d.AtLeast) > 2)
                    continue;
                var leases = await _fixture.Engine.Leases.AcquireAsync(request, Token);
                Assert.All(request.Demands, d => Assert.InRange(leases.Count(l => l.Source == d.Source), d.AtLeast, d.Count));
                await _fixture.Engine.Leases.ReleaseAsync([.. leases.Select(l => l.Reference)], force: false, Token);
            }
        })));

        // What the pool keeps is layered on something of a or b.
        Assert.Equal(0, _fixture.Count("pool").InUse);
        Assert.Equal(_fixture.Count("pool").Cached, _fixture.Count("a").InUse + _fixture.Count("b").InUse);
    }

    private async Task Refused(string why, params ResourceDemand[] demands) =>
        Assert.Contains(why, (await Assert.ThrowsAsync<UsageException>(() => Acquire(demands))).Message, StringComparison.Ordinal);

    private async Task<IReadOnlyList<string>> Acquire(params ResourceDemand[] demands) =>
        [.. (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest(demands), Token)).Select(l => l.Resource)];

    private void Source(string name, int maximum) => _fixture.Home.AddSource(name, $"type=local\nmaximum={maximum}\nreserve={maximum}");
}
