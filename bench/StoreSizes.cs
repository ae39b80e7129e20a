using System.Globalization;

namespace CrCache.Bench;

/// <summary>What the number of resources in the store costs a command that uses one of them, or counts them: nothing.</summary>
internal static class StoreSizes
{
    private static readonly int[] Sizes = [1_000, 10_000, 100_000, 1_000_000];

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        foreach (var (fill, idle) in new[] { ("most idle", 90), ("most leased", 10) })
        {
            List<FilledStore> stores = [];
            try
            {
                foreach (var size in Sizes)
                    stores.Add(await Task.Run(() => new FilledStore(settings.Command, size, idle)));
                foreach (var (what, run) in Commands(settings.Command))
                {
                    List<double>[] times = [.. Sizes.Select(_ => new List<double>())];
                    for (var i = 0; i <= settings.Pairs; i++)
                    {
                        // There and back, so that none always follows the same one.
                        for (var n = 0; n < Sizes.Length; n++)
                        {
                            var at = i % 2 == 0 ? n : Sizes.Length - 1 - n;
                            times[at].Add(run(stores[at].Spawn));
                        }
                    }

                    // The first has the files read.
                    for (var n = 1; n < Sizes.Length; n++)
                    {
                        var size = Sizes[n].ToString("N0", CultureInfo.InvariantCulture);
                        yield return new($"{what}, {size} resources, {fill}", "the same, 1,000", times[n][1..], times[0][1..], "ms", Target.AtMostRatio(1.1));
                    }
                }
            }
            finally
            {
                stores.ForEach(s => s.Dispose());
            }
        }
    }

    private static IEnumerable<(string What, Func<Spawn, double> Run)> Commands(string crcache)
    {
        yield return ("`crcache acquire` and `release`", s => s.Milliseconds(crcache, "-s", "lab", "acquire") + s.Milliseconds(crcache, "release", "lab-0"));
        yield return ("the same from a pool over them", s => s.Milliseconds(crcache, "-s", "pool", "acquire") + s.Milliseconds(crcache, "release", "pool-0"));
        yield return ("`crcache status`", s => s.Milliseconds(crcache, "status"));
    }
}
