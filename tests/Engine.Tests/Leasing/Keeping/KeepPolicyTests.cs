using CsCheck;

namespace CrCache.Leasing.Keeping;

/// <summary>Whatever the rules and whatever there is: it comes to rest, and on the way keeps every limit.</summary>
public sealed class KeepPolicyTests
{
    private const int AtOnce = 5;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static readonly Gen<TimeSpan?> Time = Gen.OneOf(Gen.Const((TimeSpan?)null), Gen.Int[1, 120].Select(m => (TimeSpan?)TimeSpan.FromMinutes(m)));

    private static readonly Gen<int?> Limit = Gen.OneOf(Gen.Const((int?)null), Gen.Int[1, 6].Select(n => (int?)n));

    // p draws from a and b, q from p and a: layers, and one that is reached by two ways. Those of g share what they are layered on.
    private static readonly Gen<KeepRules> Rules =
        from a in Source("a")
        from b in Source("b")
        from p in Source("p", a, b)
        from q in Source("q", p, a)
        from isGuest in Gen.Bool
        from guest in Source("g", q)
        select isGuest ? guest with { SharesLayers = true } : q;

    private static readonly Gen<List<SimulatedResource>> State = Gen.Select(
        Gen.Int[0, 4], Gen.Int[0, 5], Gen.Int[0, 6], Gen.Int[0, 200], Gen.Int[0, 200]).List[0, 14].Select(rows => rows.ConvertAll(r => new SimulatedResource(
            ((string[])["a", "b", "p", "q", "g"])[r.Item1], (SimulatedState)r.Item2, r.Item3, Now - TimeSpan.FromMinutes(r.Item4 + r.Item5), Now - TimeSpan.FromMinutes(r.Item5))));

    [Fact]
    public void It_comes_to_rest_and_keeps_every_limit_on_the_way() => Gen.Select(Rules, State).Sample((rules, resources) =>
    {
        SimulatedStock stock = new(rules, resources);
        for (var step = 0; ; step++)
        {
            Assert.True(step < 40, "it never comes to rest");
            var before = rules.All().ToDictionary(r => r.Source, r => stock.Of(r.Source).Owned);
            var decision = KeepPolicy.Decide(rules, stock.Stocks(), Now, AtOnce);
            Assert.True(decision.Make.Count == 0 || decision.Discard.Count == 0, "it makes and discards in one step");
            Assert.Equal(decision.Discard.Count, decision.Discard.Select(d => d.Resource).Distinct().Count());
            Assert.True(decision.Make.Sum(m => m.Count) <= AtOnce);
            if (decision.IsNothing)
                break;
            stock.Apply(decision);
            Assert.All(rules.All(), r => Assert.True(
                stock.Of(r.Source).Owned <= Math.Max(r.Maximum ?? int.MaxValue, before[r.Source]), $"{r.Source} has {stock.Of(r.Source).Owned} of {r.Maximum}"));
        }

        // At rest, nothing is kept that is not to be kept, and as much as the limits allow of what is.
        foreach (var source in rules.All())
        {
            var rest = stock.Of(source.Source);
            Assert.All(rest.Idle, r => Assert.Null(KeepPolicy.WornOut(source, r, Now)));
            Assert.All(rest.Idle, r => Assert.True(rest.Lasting <= source.Floor || Now - r.Since < source.IdleTime, "more is kept than is to be"));
            Assert.True(
                rest.Lasting >= source.Floor || rest.Owned >= source.Maximum || (source.Layers.Count > 0 && !stock.CanLayer(source)),
                $"{source.Source} has {rest.Lasting} of {source.Floor}, and could have more");
        }
    });

    [Theory]
    [InlineData(0, null, 5)]
    [InlineData(7, null, 7)]
    [InlineData(7, 6, 6)]
    [InlineData(9, null, 8)]
    public void A_pool_keeps_what_it_says_and_what_is_below_keeps_anyway(int reserve, int? maximum, int floor)
    {
        KeepRules pool = new()
        {
            Source = "pool",
            Reserve = reserve,
            Maximum = maximum,
            Layers = [new() { Source = "a", Reserve = 2, Maximum = 4 }, new() { Source = "b", Reserve = 3, Maximum = 4 }],
        };

        Assert.Equal(floor, pool.Floor);
    }

    [Theory]
    [InlineData(SimulatedState.Provisioning)]
    [InlineData(SimulatedState.Dirty)]
    [InlineData(SimulatedState.Held)]
    [InlineData(SimulatedState.Quarantined)]
    public void Whatever_is_not_discarded_yet_counts_towards_the_maximum(object state)
    {
        KeepRules rules = new() { Source = "a", Reserve = 2, Maximum = 2 };
        SimulatedStock stock = new(rules, [new("a", (SimulatedState)state, 0, Now, Now), new("a", SimulatedState.Dirty, 0, Now, Now)]);

        Assert.True(KeepPolicy.Decide(rules, stock.Stocks(), Now, AtOnce).IsNothing);
    }

    [Fact]
    public void What_is_used_up_or_too_old_goes_first_and_makes_room()
    {
        KeepRules rules = new() { Source = "a", Reserve = 2, Maximum = 2, MaxUseCount = 3, MaxAge = TimeSpan.FromHours(1) };
        SimulatedStock stock = new(rules, [new("a", SimulatedState.Idle, 3, Now, Now), new("a", SimulatedState.Idle, 1, Now - TimeSpan.FromHours(1), Now)]);

        var first = KeepPolicy.Decide(rules, stock.Stocks(), Now, AtOnce);
        Assert.Equal([("a-0", "used 3 times (max_use_count)"), ("a-1", "too old (max_age)")], first.Discard);
        stock.Apply(first);
        Assert.Equal([("a", 2)], KeepPolicy.Decide(rules, stock.Stocks(), Now, AtOnce).Make);
    }

    [Fact]
    public void Beyond_the_reserve_the_longest_free_goes_once_its_time_is_over()
    {
        KeepRules rules = new() { Source = "a", Reserve = 1, IdleTime = TimeSpan.FromMinutes(10) };
        SimulatedStock stock = new(rules, [
            new("a", SimulatedState.Idle, 1, Now, Now - TimeSpan.FromMinutes(11)),
            new("a", SimulatedState.Idle, 1, Now, Now - TimeSpan.FromMinutes(20)),
            new("a", SimulatedState.Idle, 1, Now, Now - TimeSpan.FromMinutes(1))]);

        Assert.Equal(["a-1", "a-0"], KeepPolicy.Decide(rules, stock.Stocks(), Now, AtOnce).Discard.Select(d => d.Resource));
    }

    [Theory]
    [InlineData(null, SimulatedState.Dirty, 1)]
    [InlineData(3, SimulatedState.Dirty, 1)]
    [InlineData(2, SimulatedState.Idle, 1)]
    [InlineData(2, SimulatedState.Dirty, 0)]
    public void Nothing_is_made_on_a_base_that_has_as_many_users_as_it_may(int? users, object other, int made)
    {
        KeepRules rules = new()
        {
            Source = "g",
            Reserve = 3,
            SharesLayers = true,
            BaseUsers = users,
            Layers = [new() { Source = "a", Reserve = 0, Maximum = 2 }],
        };
        SimulatedStock stock = new(rules, [
            new("a", SimulatedState.Leased, 1, Now, Now), new("a", (SimulatedState)other, 1, Now, Now),
            new("g", SimulatedState.Idle, 1, Now, Now), new("g", SimulatedState.Leased, 1, Now, Now)]);

        Assert.Equal(made, KeepPolicy.Decide(rules with { Layers = [rules.Layers[0] with { IdleTime = TimeSpan.FromHours(1) }] }, stock.Stocks(), Now, AtOnce).Make.Sum(m => m.Count));
    }

    private static Gen<KeepRules> Source(string name, params KeepRules[] layers) => Gen.Select(Gen.Int[0, 5], Limit, Limit, Time, Time).Select(v => new KeepRules
    {
        Source = name,
        Reserve = v.Item1,
        Maximum = v.Item2,
        MaxUseCount = v.Item3,
        MaxAge = v.Item4,
        IdleTime = v.Item5,
        Layers = layers,
    });
}
