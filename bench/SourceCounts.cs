using System.Globalization;
using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>What is configured and not used: whole processes, among few sources and many.</summary>
internal static class SourceCounts
{
    private static readonly int[] Counts = [1, 10, 100, 1000];

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        await Task.CompletedTask;
        List<TestHome> homes = [];
        List<Spawn> spawns = [];
        try
        {
            foreach (var count in Counts)
            {
                TestHome home = new();
                homes.Add(home);
                spawns.Add(new Spawn(home.Environment, home.Combine("output")));
                for (var i = 0; i < count; i++)
                    home.AddSource($"lab{i}", "type=local\nmaximum=4\nidle_time=1d\n");
            }

            List<double>[] acquire = [.. Counts.Select(_ => new List<double>())], status = [.. Counts.Select(_ => new List<double>())];
            for (var i = 0; i <= settings.Pairs; i++)
            {
                for (var n = 0; n < Counts.Length; n++)
                {
                    var source = string.Create(CultureInfo.InvariantCulture, $"lab{Counts[n] / 2}");
                    acquire[n].Add(spawns[n].Milliseconds(settings.Command, "acquire", "-s", source));
                    status[n].Add(spawns[n].Milliseconds(settings.Command, "status", source));
                    spawns[n].Milliseconds(settings.Command, "release", $"{source}-0");
                }
            }

            // The first acquire makes the store.
            for (var n = 1; n < Counts.Length; n++)
            {
                var number = Counts[n].ToString("N0", CultureInfo.InvariantCulture);
                var target = Target.AtMostRatio(1.5);
                yield return new($"`crcache acquire`, {number} sources", "the same, 1 source", acquire[n][1..], acquire[0][1..], "ms", target);
                yield return new($"`crcache status NAME`, {number} sources", "the same, 1 source", status[n][1..], status[0][1..], "ms", target);
            }
        }
        finally
        {
            spawns.ForEach(s => s.Dispose());
            homes.ForEach(h => h.Dispose());
        }
    }
}
