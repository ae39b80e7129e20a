using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace CrCache.Bench;

/// <summary>One process that acquires and releases as fast as it can, from a common start on.</summary>
internal static class LeaseWorker
{
    /// <param name="Cycles">How many cycles it did.</param>
    /// <param name="WorstMilliseconds">How long the longest took.</param>
    public sealed record Result(long Cycles, double WorstMilliseconds);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var start = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(arguments[0], CultureInfo.InvariantCulture));
        var length = TimeSpan.FromSeconds(double.Parse(arguments[1], CultureInfo.InvariantCulture));
        var engine = CrCacheEngine.Open();
        var request = new AcquireRequest("lab");

        // Code is compiled and the store is made before the clock runs.
        for (var i = 0; i < 25; i++)
            await CycleAsync();
        if (start - DateTimeOffset.UtcNow is { Ticks: > 0 } rest)
            await Task.Delay(rest);

        var cycles = 0L;
        var worst = TimeSpan.Zero;
        var begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < length)
        {
            var one = Stopwatch.GetTimestamp();
            await CycleAsync();
            var elapsed = Stopwatch.GetElapsedTime(one);
            worst = elapsed > worst ? elapsed : worst;
            cycles++;
        }

        Console.WriteLine(JsonSerializer.Serialize(new Result(cycles, worst.TotalMilliseconds)));
        return 0;

        async Task CycleAsync()
        {
            var leases = await engine.Leases.AcquireAsync(request, CancellationToken.None);
            await engine.Leases.ReleaseAsync([leases[0].Reference], force: false, CancellationToken.None);
        }
    }
}
