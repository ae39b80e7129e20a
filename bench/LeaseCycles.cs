using System.Globalization;
using System.Text.Json;
using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>
/// Lease cycles (acquire and release through the engine) against what the disk can do: durable writes, one after
/// another. A cycle that changes a resource's state twice, durably, can be no faster than half of that.
/// </summary>
internal static class LeaseCycles
{
    private const int Rounds = 5;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        List<double> alone = [], disk = [], crowd = [], fairness = [], ones = [], waits = [], limits = [];
        for (var i = 0; i < Rounds; i++)
        {
            disk.Add(DurableWrites.PerSecond(TimeSpan.FromSeconds(0.5)));
            alone.Add((await MeasureAsync(1)).Sum(w => w.Cycles) / Round.TotalSeconds);
            var workers = await MeasureAsync(8);
            crowd.Add(workers.Sum(w => w.Cycles) / Round.TotalSeconds);
            fairness.Add(workers.Min(w => (double)w.Cycles));
            ones.Add(workers.Max(w => (double)w.Cycles));
            waits.Add(workers.Max(w => w.WorstMilliseconds));
            limits.Add(100);
        }

        yield return new("lease cycles, 1 process", "durable writes (`fdatasync`)", alone, disk, "/s");
        yield return new("lease cycles, 8 processes", "lease cycles, 1 process", crowd, alone, "/s", Target.AtLeastRatio(0.9));
        yield return new("slowest of the 8 processes", "the fastest", fairness, ones, "cycles", Target.AtLeastRatio(0.5));
        yield return new("longest cycle of the 8 processes", "100 ms", waits, limits, "ms", Target.AtMostRatio(1));
    }

    private static async Task<IReadOnlyList<LeaseWorker.Result>> MeasureAsync(int processes)
    {
        using var home = new TestHome();
        home.AddSource("lab", string.Create(CultureInfo.InvariantCulture, $"type=local\nmaximum={processes}\nreserve={processes}\n"));
        var start = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(processes > 1 ? 6 : 2);
        string[] worker =
        [
            Environment.ProcessPath!, "worker", start.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            Round.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        var runs = Enumerable.Range(0, processes).Select(_ => ProcessRun.RunAsync(worker, home.Environment, home.Project)).ToArray();
        var results = await Task.WhenAll(runs);
        return [.. results.Select(r => JsonSerializer.Deserialize<LeaseWorker.Result>(r.Success().Output)!)];
    }
}
