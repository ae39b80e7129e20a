using System.Globalization;

namespace CrCache.TestAdapter.Running;

/// <summary>The lines that tell the user which resource ran what, and what spreading it was worth.</summary>
internal static class RunSummary
{
    /// <summary>Renders them.</summary>
    /// <param name="source">The source the resources are from.</param>
    /// <param name="reports">What each resource did.</param>
    /// <param name="elapsed">How long the whole run took, from its start to the last result.</param>
    public static IEnumerable<string> Lines(string source, IReadOnlyList<ResourceShare> reports, TimeSpan elapsed)
    {
        var used = reports.Where(r => r.Results > 0).ToArray();
        if (used.Length == 0)
            yield break;

        var busy = TimeSpan.FromTicks(used.Sum(r => r.Busy.Ticks));
        var tests = used.Sum(r => r.Results);
        yield return $"CrCache: {Count(tests, "test")} on {Count(used.Length, "resource")} of '{source}' in {Seconds(elapsed)}{Gain()}";

        var name = used.Max(r => r.Resource.Length);
        var classes = used.Max(r => Classes(r).Length);
        var results = used.Max(r => Count(r.Results, "test").Length);
        foreach (var report in used)
            yield return $"  {report.Resource.PadRight(name)}  {Classes(report).PadLeft(classes)}  "
                + $"{Count(report.Results, "test").PadLeft(results)}  busy {Seconds(report.Busy)}";

        // Claimed only where it is so: a short suite pays more for its hosts than it gains.
        string Gain() => used.Length > 1 && busy > elapsed
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", {busy / elapsed:0.0} times as fast as one after another ({Seconds(busy)})")
            : "";
    }

    private static string Classes(ResourceShare report) => report.Classes is { } classes ? Count(classes, "class") : "all classes";

    private static string Count(int number, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{number} {what}{(number == 1 ? "" : what.EndsWith('s') ? "es" : "s")}");

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
