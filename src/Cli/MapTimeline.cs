using CrCache.Scheduling;

namespace CrCache.Cli;

/// <summary>A map as a timeline: of each input the attempt that counts.</summary>
internal static class MapTimeline
{
    public static Timeline Of(string title, IReadOnlyList<string> inputs, IReadOnlyList<WorkResult> results, DateTimeOffset start, TimeSpan elapsed) => new(
        title,
        start,
        elapsed,
        [.. results.Where(r => r.Resource is not null).Select(r => new TimelineSpan(r.Resource!.Value.Name, inputs[r.Index], Outcome(r), r.Started, r.Time))]);

    private static string Outcome(WorkResult result) => result.End switch
    {
        WorkEnd.Passed => result.Attempts > 1 ? "flaky" : "passed",
        WorkEnd.Lost => "lost",
        _ => "failed",
    };
}
