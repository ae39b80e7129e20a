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
    /// <param name="slots">How many items each place takes at once, each at least 1.</param>
    /// <returns>For each place, its items in the order they were given; some may be empty.</returns>
    public static IReadOnlyList<IReadOnlyList<T>> Divide<T>(IReadOnlyList<T> items, Func<T, double> weight, IReadOnlyList<int> slots)
    {
        if (slots.Count == 0 || slots.Any(s => s < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(slots), "at least one place, each with at least one slot");
        }

        var weights = items.Select(weight).ToArray();
        var load = new double[slots.Count];
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

        return [.. Enumerable.Range(0, slots.Count)
            .Select(p => (IReadOnlyList<T>)[.. Enumerable.Range(0, items.Count).Where(i => place[i] == p).Select(i => items[i])])];

        double End(int p, double more) => (load[p] + more) / slots[p];
    }
}
