using System.Globalization;
using CrCache.Store;

namespace CrCache.Scheduling;

/// <summary>
/// How long work took in earlier runs, in the store. It serves to plan, and nothing else: whoever cannot read or write it plans without.
/// </summary>
public sealed class WorkHistory
{
    /// <summary>The median of so many counts: one slow run changes nothing.</summary>
    private const int Remembered = 5;

    private const int Batch = 500;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    private readonly StateStore _store;

    internal WorkHistory(StateStore store) => _store = store;

    /// <summary>What is known of a series of runs.</summary>
    /// <param name="series">What the runs have in common, such as a suite's path.</param>
    public WorkEstimates Read(string series)
    {
        try
        {
            return _store.Read(t => Estimates(t.Work.Times(series), t.Work.Paces(series)));
        }
        catch (StoreException)
        {
            return WorkEstimates.None;
        }
    }

    /// <summary>Adds what a run showed.</summary>
    /// <param name="series">What the runs have in common.</param>
    /// <param name="times">How long what passed took. Several of one name in one run count with their sum.</param>
    public void Record(string series, IReadOnlyCollection<WorkTime> times)
    {
        if (times.Count == 0)
            return;
        try
        {
            var (rows, known) = _store.Read(t => (t.Work.Times(series), t.Work.Paces(series)));
            var before = Estimates(rows, known);
            var recent = rows.ToDictionary(r => r.Name, r => r.Recent);
            var paces = PaceRule.Learn(times, before);
            var units = times.GroupBy(w => w.Name).Select(unit => (unit.Key.Text, Append(
                recent.GetValueOrDefault(unit.Key.Text, ""),
                unit.Sum(w => w.Time.TotalMilliseconds / paces.GetValueOrDefault(w.Resource, before.PaceOf(w.Resource))))));

            // Nobody waits for the store because a suite is large.
            foreach (var batch in units.Chunk(Batch))
                _ = _store.Transact(t =>
                {
                    foreach (var (name, text) in batch)
                        t.Work.Set(series, name, text);
                    return true;
                });
            _ = _store.Transact(t =>
            {
                foreach (var (resource, pace) in paces)
                    t.Work.SetPace(series, resource, pace);
                t.Work.Forget(t.Now - Kept);
                return true;
            });
        }
        catch (StoreException)
        {
            // The next run is planned as this one was.
        }
    }

    private static WorkEstimates Estimates(IEnumerable<(string Name, string Recent)> times, IEnumerable<(string Resource, double Pace)> paces) =>
        new(times.ToDictionary(r => WorkName.Stored(r.Name), r => Median(r.Recent)), paces.ToDictionary(r => r.Resource, r => r.Pace));

    private static string Append(string recent, double milliseconds) =>
        string.Join(' ', [.. Numbers(recent).TakeLast(Remembered - 1), Math.Max(0, (long)milliseconds)]);

    private static TimeSpan Median(string recent)
    {
        long[] numbers = [.. Numbers(recent).Order()];
        return TimeSpan.FromMilliseconds(numbers.Length == 0 ? 0 : numbers[numbers.Length / 2]);
    }

    private static IEnumerable<long> Numbers(string recent) =>
        recent.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => long.Parse(n, CultureInfo.InvariantCulture));
}
