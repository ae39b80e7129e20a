namespace CrCache.Scheduling;

/// <summary>Divides work over places before it starts.</summary>
public static class WorkPlan
{
    /// <summary>
    /// Gives each item to the place that would finish it first, the heaviest items first (Graham's LPT rule: at most 4/3
    /// of the best possible end on equal places). Equal input gives equal output.
    /// </summary>
    /// <typeparam name="T">A unit of work.</typeparam>
    /// <param name="items">The work.</param>
    /// <param name="weight">What an item costs, above zero, in any unit; asked once an item.</param>
    /// <param name="speeds">For each place, how much of the work it does at once, above zero.</param>
    /// <returns>For each place, its items in the order they were given; some may be empty.</returns>
    public static IReadOnlyList<IReadOnlyList<T>> Divide<T>(IReadOnlyList<T> items, Func<T, double> weight, IReadOnlyList<double> speeds)
    {
        if (speeds.Count == 0 || speeds.Any(s => !(s > 0)))
        {
            throw new ArgumentOutOfRangeException(nameof(speeds), "at least one place, each with a speed above zero");
        }

        var weights = items.Select(weight).ToArray();
        var load = new double[speeds.Count];
        var place = new int[items.Count];
        foreach (var i in Enumerable.Range(0, items.Count).OrderByDescending(i => weights[i]).ThenBy(i => i))
        {
            var best = 0;
            for (var p = 1; p < load.Length; p++)
                if (End(p, weights[i]) < End(best, weights[i]))
                    best = p;
            load[best] += weights[i];
            place[i] = best;
        }

        return [.. Enumerable.Range(0, speeds.Count)
            .Select(p => (IReadOnlyList<T>)[.. Enumerable.Range(0, items.Count).Where(i => place[i] == p).Select(i => items[i])])];

        double End(int p, double more) => (load[p] + more) / speeds[p];
    }
}
