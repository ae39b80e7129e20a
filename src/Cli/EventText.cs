using System.Text.Json;
using CrCache.Leasing;

namespace CrCache.Cli;

/// <summary>Events as they are shown, to people and to programs.</summary>
internal static class EventText
{
    /// <summary>All of them: a table, or an array.</summary>
    public static string Of(IReadOnlyList<ResourceEvent> events, bool json)
    {
        if (json)
            return JsonText.Array(events, Fields) + "\n";
        var table = new Table((0, 2), (0, 2), (0, 2), (0, 2), (0, 0));
        foreach (var e in events)
            table.Add(Printable.Time(e.At), new ResourceReference(e.Resource, e.Epoch).ToString(), e.Kind, e.Actor, e.Detail ?? "");
        return table.ToString();
    }

    /// <summary>One of many that come one after another: a line.</summary>
    public static string Line(ResourceEvent e, bool json) => json
        ? JsonText.Of(writer => JsonText.Objects(writer, [e], Fields))
        : Of([e], json: false).TrimEnd('\n');

    private static void Fields(Utf8JsonWriter writer, ResourceEvent e)
    {
        writer.WriteNumber("number", e.Number);
        writer.WriteString("at", e.At);
        writer.WriteString("resource", e.Resource);
        writer.WriteNumber("epoch", e.Epoch);
        writer.WriteString("kind", e.Kind);
        writer.WriteString("detail", e.Detail);
        writer.WriteString("actor", e.Actor);
    }
}
