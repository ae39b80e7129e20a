using System.Collections.Concurrent;
using CrCache.Leasing;

namespace CrCache.Cli.Tests.Stress;

/// <summary>Carries a plan out, and says what went wrong.</summary>
/// <param name="plan">The plan.</param>
/// <param name="program">The <c>crcache</c> to start.</param>
internal sealed class StressRun(StressPlan plan, string program)
{
    /// <summary>What was done.</summary>
    public StressTally Tally { get; } = new();

    /// <summary>What happened, once it is over.</summary>
    public IReadOnlyList<ResourceEvent> Events { get; private set; } = [];

    /// <summary>Runs for some time, waits until all is quiet and checks.</summary>
    /// <returns>What went wrong, a line each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(TimeSpan time)
    {
        using StressHome place = new(plan);
        StressCommand command = new(place.Home, program, Tally);
        EventLogReader log = new(place.Home);
        ConcurrentDictionary<string, int> known = new(StringComparer.Ordinal);
        var workers = Enumerable.Range(0, StressPlan.Workers).Select(n => new StressWorker(n, place, command, known)).ToList();
        try
        {
            using CancellationTokenSource over = new(time), quiet = new();
            var reading = log.ReadAsync(quiet.Token);
            await Task.WhenAll(workers.Select((w, n) => Task.Run(() => w.WorkAsync(plan.Turns(n), over.Token))));
            place.Calm();
            await Task.WhenAll(workers.Select(w => w.EndAsync()));
            StressEnd end = new(place.Home, command, plan.Sources);
            var left = await end.SettleAsync();
            await quiet.CancelAsync();
            await reading;
            log.Read();
            Events = log.Events;
            return [.. Tally.Violations, .. place.Overlaps, .. end.Violations, .. EventLogChecker.Check(log.Events, plan.Sources, left)];
        }
        finally
        {
            workers.ForEach(w => w.Dispose());
        }
    }
}
