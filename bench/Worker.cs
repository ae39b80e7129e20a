using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace CrCache.Bench;

/// <summary>
/// One of several processes that do the same as fast as they can. It says that it is ready, then does what each line of its input asks for,
/// <c>lease START SECONDS</c> or <c>write START SECONDS</c>, and says how long each time took.
/// </summary>
internal static class Worker
{
    public static async Task<int> RunAsync()
    {
        var engine = CrCacheEngine.Open();
        var request = new AcquireRequest("lab");
        using var writes = new DurableWrites();

        // Code is compiled and the store is made before the clock runs.
        for (var i = 0; i < 25; i++)
        {
            await CycleAsync();
            writes.Write();
        }

        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var start = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(words[1], CultureInfo.InvariantCulture));
            var length = TimeSpan.FromSeconds(double.Parse(words[2], CultureInfo.InvariantCulture));
            if (start - DateTimeOffset.UtcNow is { Ticks: > 0 } rest)
                await Task.Delay(rest);

            List<double> times = [];
            for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < length;)
            {
                var one = Stopwatch.GetTimestamp();
                if (words[0] == "lease")
                    await CycleAsync();
                else
                    writes.Write();
                times.Add(Math.Round(Stopwatch.GetElapsedTime(one).TotalMilliseconds, 3));
            }

            Console.WriteLine(JsonSerializer.Serialize(times));
        }

        return 0;

        async Task CycleAsync()
        {
            var leases = await engine.Leases.AcquireAsync(request, CancellationToken.None);
            await engine.Leases.ReleaseAsync([leases[0].Reference], force: false, CancellationToken.None);
        }
    }
}
