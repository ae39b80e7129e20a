namespace CrCache.Cli;

/// <summary>Finds what somebody meant to type.</summary>
internal static class Nearest
{
    /// <summary>The name with the fewest edits, at most a third of its letters and one; null where none is near.</summary>
    public static string? Of(string typed, IEnumerable<string> names) => names
        .Select(name => (name, edits: Edits(typed, name)))
        .Where(c => c.edits <= 1 + (c.name.Length / 3) && c.edits < c.name.Length)
        .OrderBy(c => c.edits)
        .Select(c => c.name)
        .FirstOrDefault();

    private static int Edits(string a, string b)
    {
        var above = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            int[] row = [i, .. new int[b.Length]];
            for (var j = 1; j <= b.Length; j++)
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            above = row;
        }

        return above[^1];
    }
}
