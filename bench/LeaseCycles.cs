using System.Globalization;

namespace CrCache.Bench;

/// <summary>
/// Lease cycles (acquire and release through the engine) of several processes against what the disk can do: as many processes that make
/// small writes durable, one after another. A cycle changes a resource's state twice, durably.
/// </summary>
internal static class LeaseCycles
{
    private const int Rounds = 5;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan WriteRound = TimeSpan.FromSeconds(0.7);

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        IReadOnlyList<double> alone = [];
        foreach (var processes in new[] { 1, 2, 8, 32 })
        {
            List<double> cycles = [], writes = [], slowest = [], fastest = [], worst = [];
            List<double> half = [], most = [], halfWrite = [], mostWrite = [];
            using (var crowd = await Crowd.StartAsync(processes))
            {
                for (var i = 0; i < Rounds; i++)
                {
                    var disk = await crowd.MeasureAsync("write", WriteRound);
                    var leases = await crowd.MeasureAsync("lease", Round);
                    writes.Add(disk.Sum(w => w.Length) / WriteRound.TotalSeconds);
                    cycles.Add(leases.Sum(w => w.Length) / Round.TotalSeconds);
                    slowest.Add(leases.Min(w => w.Length));
                    fastest.Add(leases.Max(w => w.Length));
                    worst.Add(leases.Max(w => w.Max()));
                    half.Add(Share(leases, 0.5));
                    most.Add(Share(leases, 0.99));
                    halfWrite.Add(Share(disk, 0.5));
                    mostWrite.Add(Share(disk, 0.99));
                }
            }

            var who = processes == 1 ? "1 process" : string.Create(CultureInfo.InvariantCulture, $"{processes} processes");
            yield return new($"lease cycles, {who}", $"durable writes (`fdatasync`), {who}", cycles, writes, "/s");
            yield return new($"p50 of a cycle, {who}", "of a durable write", half, halfWrite, "ms");
            yield return new($"p99 of a cycle, {who}", "of a durable write", most, mostWrite, "ms");
            if (processes == 1)
            {
                alone = cycles;
                continue;
            }

            yield return new($"lease cycles, {who}", "lease cycles, 1 process", cycles, alone, "/s", processes == 8 ? Target.AtLeastRatio(0.9) : null);
            yield return new($"slowest of the {who}", "the fastest", slowest, fastest, "cycles", processes <= 8 ? Target.AtLeastRatio(0.5) : null);
            yield return new($"longest cycle of the {who}", "100 ms", worst, [.. worst.Select(_ => 100.0)], "ms", processes == 8 ? Target.AtMostRatio(1) : null);
        }
    }

    private static double Share(IReadOnlyList<double[]> times, double share)
    {
        double[] sorted = [.. times.SelectMany(t => t).Order()];
        return sorted[(int)((sorted.Length - 1) * share)];
    }
}
