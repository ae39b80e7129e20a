using CsCheck;

namespace CrCache.Leasing;

/// <summary>Whatever is asked for in whatever order: limits hold on every layer, nobody gets what another has, nothing is lost.</summary>
public sealed class LeaseInvariantTests
{
    private static readonly string[] Names = ["a", "b", "p", "q", "g"];

    // What is kept of a pool is at least what is kept of what it draws from.
    private static readonly (string Name, int Maximum, int Reserve)[] Limits = [("a", 2, 1), ("b", 3, 0), ("p", 4, 2), ("q", 9, 3), ("g", 5, 1)];

    private static readonly Gen<(int What, int Source, int Count)[]> Steps =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 4], Gen.Int[1, 4]).Array[1, 25];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_sequence_of_requests_keeps_every_promise() => await Steps.SampleAsync(
        async steps =>
        {
            using var fixture = new EngineFixture();
            fixture.Home.AddSource("a", "type=local\nmaximum=2\nreserve=1");
            fixture.Home.AddSource("b", "type=local\nmaximum=3");
            fixture.Home.AddSource("p", "type=pool\nsources=a,b\nmaximum=4\nreserve=2");
            fixture.Home.AddSource("q", "type=pool\nsources=p,a\nreserve=1");
            fixture.Home.AddSource("g", "type=local\nbase=b\nbase_users=3\nmaximum=5\nreserve=1");
            var held = new Dictionary<string, Lease>();
            var lastEpoch = 0L;
            foreach (var (what, source, count) in steps)
            {
                switch (what)
                {
                    case < 5:
                        await Acquire(Names[source], count);
                        break;
                    case < 9 when held.Count > 0:
                        await Release(held.Values.ElementAt((source + count) % held.Count));
                        break;
                    case 9 when held.Count > 0:
                        await Steal(held.Values.ElementAt((source + count) % held.Count));
                        break;
                    case 10 when held.Count > 0:
                        fixture.Engine.Leases.Hold([new(held.Keys.ElementAt((source + count) % held.Count))], new LeaseTerms());
                        break;
                    default:
                        fixture.Time.Advance(TimeSpan.FromHours(25));
                        held.Clear();
                        await fixture.Engine.Leases.CollectAsync(apply: true, Token);
                        break;
                }

                Check();
            }

            foreach (var lease in held.Values.ToList())
                await Release(lease);
            Check();
            Assert.Empty(await fixture.Engine.Leases.CollectAsync(apply: false, Token));

            async Task Acquire(string source, int count)
            {
                var available = fixture.Engine.Inventory.Sources([source])[0].Available;
                try
                {
                    var leases = await fixture.Engine.Leases.AcquireAsync(new AcquireRequest(source, count), Token);
                    Assert.All(leases, l => Assert.True(l.Epoch > lastEpoch));
                    lastEpoch = leases.Max(l => l.Epoch);
                    foreach (var lease in leases)
                        held.Add(lease.Resource, lease);
                    Assert.True(available >= count, $"{count} of {source} were had where {available} were available");
                }
                catch (NothingAvailableException e)
                {
                    Assert.NotEmpty(e.Holders);
                }
                catch (UsageException e)
                {
                    Assert.Equal(ErrorCodes.BeyondMaximum, e.Code);
                }
            }

            async Task Release(Lease lease)
            {
                held.Remove(lease.Resource);
                if ((await fixture.Engine.Leases.ReleaseAsync([lease.Reference], force: false, Token)).Count == 0)
                {
                    // It is held for a person, who is asked by the name.
                    Assert.Equal("held", fixture.Engine.Inventory.Resources(lease.Source).Single(r => r.Resource == lease.Resource).State);
                    await fixture.Release(lease.Resource);
                }
            }

            async Task Steal(Lease lease)
            {
                held[lease.Resource] = Assert.Single(await fixture.Engine.Leases.StealAsync([lease.Reference], new LeaseTerms(), Token));
                Assert.True(held[lease.Resource].Epoch > lastEpoch);
                lastEpoch = held[lease.Resource].Epoch;
                Assert.Throws<LeaseLostException>(() => fixture.Engine.Leases.Get(lease.Reference));
            }

            void Check()
            {
                var rows = Names.SelectMany(fixture.Engine.Inventory.Resources).ToDictionary(r => r.Resource);
                foreach (var (name, maximum, reserve) in Limits)
                {
                    var own = rows.Values.Where(r => ResourceName.SourceOf(r.Resource) == name).ToList();
                    Assert.True(own.Count <= maximum, $"{name} owns {own.Count} of {maximum}");
                    Assert.True(own.Count(r => r.State == "idle") <= reserve, $"{name} keeps more than {reserve}");
                    Assert.All(own, r => Assert.True(r.State is "idle" or "leased" or "held", r.State));
                }

                // Every lease is known, and every base is held by the one resource that is layered on it, or by those that share it.
                Assert.All(held.Values, l => Assert.True(rows[l.Resource].State is "leased" or "held" && rows[l.Resource].Epoch == l.Epoch, l.Resource));
                var layered = rows.Values.Where(r => r.Base is not null).ToList();
                Assert.All(layered.GroupBy(r => r.Base), g =>
                {
                    Assert.Equal(string.Join(", ", g.Select(r => r.Resource)), rows[g.Key!].Owner);
                    Assert.True(g.Count() == 1 || (g.Count() <= 3 && g.All(r => r.Resource.StartsWith('g'))), $"{g.Count()} are layered on {g.Key}");
                });
                var leased = rows.Values.Where(r => r.State != "idle").Select(r => r.Resource);
                Assert.Equal(held.Keys.Concat(layered.Select(r => r.Base!).Distinct()).Order(), leased.Order());
            }
        },
        iter: 60,
        threads: 1);
}
