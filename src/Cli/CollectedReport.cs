using CrCache.Leasing;

namespace CrCache.Cli;

/// <summary>What was done about resources: a line each, or an object each.</summary>
internal static class CollectedReport
{
    /// <summary>Writes it.</summary>
    /// <param name="collected">What was done, or would be.</param>
    /// <param name="applied">Whether it was done.</param>
    /// <param name="json">Whether programs read it.</param>
    public static void Write(IReadOnlyList<CollectedResource> collected, bool applied, bool json)
    {
        if (json)
        {
            Output.Line(JsonText.Array(collected, (writer, c) =>
            {
                writer.WriteString("name", c.Resource);
                writer.WriteString("action", c.Action);
                writer.WriteString("reason", c.Reason);
                writer.WriteBoolean("applied", applied);
            }));
            return;
        }

        var table = new Table((0, 2), (0, 2), (0, 0));
        foreach (var c in collected)
            table.Add(c.Resource, c.Action, c.Reason);
        Output.Write(table.ToString());
    }
}
