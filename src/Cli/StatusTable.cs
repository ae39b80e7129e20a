using System.Globalization;
using System.Text;
using CrCache.Configuration;
using CrCache.Leasing;

namespace CrCache.Cli;

/// <summary>The table of <c>crcache status</c>.</summary>
internal static class StatusTable
{
    /// <summary>
    /// A line a source; below it why it could not be refilled, if so, and where resources are given a line a resource and one a request that waits.
    /// </summary>
    public static string Of(
        IReadOnlyList<SourceStatus> sources, Dictionary<string, IReadOnlyList<ResourceStatus>>? resources, IReadOnlyList<WaitingRequest> waiting)
    {
        var table = new Table((8, 2), (8, 2), (7, 1), (0, 0));
        table.Add("source", "cached", "in-use", "max");
        foreach (var s in sources)
            table.Add(s.Source, Text(s.Cached), Text(s.InUse), StatusQuery.Most(s));
        var lines = table.ToString().Split('\n');
        var below = new Table((0, 2), (0, 2), (0, 2), (0, 2), (0, 2), (0, 0));
        List<int> counts = [];
        foreach (var source in sources)
        {
            var demands = waiting.SelectMany(w => w.Demands.Where(d => SourceReference.Parse(d.Source).Name == source.Source), (w, d) => (Request: w, Demand: d)).ToList();
            var own = resources?[source.Source] ?? [];
            foreach (var resource in own)
                Add(below, resource);
            foreach (var (request, demand) in demands)
                Add(below, request, demand);
            counts.Add(own.Count + demands.Count);
        }

        var text = new StringBuilder(lines[0]).Append('\n');
        var next = below.ToString().Split('\n').AsEnumerable().GetEnumerator();
        for (var i = 0; i < sources.Count; i++)
        {
            text.Append(lines[i + 1]).Append('\n');
            if (sources[i].Refill is { } refill)
                text.Append("  ").Append(Text(refill)).Append('\n');
            for (var n = counts[i]; n > 0 && next.MoveNext(); n--)
                text.Append("  ").Append(next.Current).Append('\n');
        }

        return text.ToString();
    }

    private static void Add(Table table, WaitingRequest request, ResourceDemand demand) => table.Add(
        demand.AtLeast == demand.Count ? $"({Text(demand.Count)})" : $"({Text(demand.AtLeast)}..{Text(demand.Count)})",
        Bound("waiting", SourceReference.Parse(demand.Source).Binding),
        request.Owner,
        $"since {Printable.Time(request.Since)}",
        request.Priority == 0 ? "-" : $"priority {Text(request.Priority)}",
        request.Note ?? "");

    private static void Add(Table table, ResourceStatus r) => table.Add(
        r.Resource,
        Bound(r.State, r.Binding) + (r.Host is { } host ? $" on {host}" : ""),
        r.Owner ?? "-",
        $"since {Printable.Time(r.Since)}",
        r.Expires is { } expires ? $"expires {Printable.Time(expires)}" : "-",
        r.Note ?? "");

    private static string Text(RefillStatus refill) =>
        $"not refilled: failed {(refill.Failures == 1 ? "once" : $"{Text(refill.Failures)} times")}, {(refill.IsStopped ? "stopped until source.conf has changed, or crcache refill is told its name" : $"next try after {Printable.Time(refill.RetryAt ?? default)}")}: {refill.Problem}";

    private static string Bound(string state, string binding) => binding.Length > 0 ? $"{state} {binding}" : state;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
