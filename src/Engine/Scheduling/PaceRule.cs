namespace CrCache.Scheduling;

/// <summary>Learns how fast resources are, from work that has run before: the median of how its time now compares.</summary>
internal static class PaceRule
{
    /// <summary>Fewer say nothing: one unit may be slow for any reason.</summary>
    private const int Enough = 5;

    /// <summary>What is shorter is mostly noise.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);

    private const double Slowest = 20;

    /// <summary>The paces of the resources that work ran on, half of each from before.</summary>
    /// <param name="times">What ran.</param>
    /// <param name="before">What was known.</param>
    public static IReadOnlyDictionary<string, double> Learn(IEnumerable<WorkTime> times, WorkEstimates before)
    {
        Dictionary<string, double> paces = [];
        foreach (var resource in times.GroupBy(t => t.Resource))
        {
            var ratios = (
                from time in resource
                let known = before.Known(time.Name)
                where known >= Shortest && time.Time > TimeSpan.Zero
                select time.Time / known.Value).Order().ToArray();
            if (ratios.Length >= Enough)
                paces[resource.Key] = Math.Clamp((before.PaceOf(resource.Key) + ratios[ratios.Length / 2]) / 2, 1 / Slowest, Slowest);
        }

        return paces;
    }
}
