namespace CrCache.Configuration;

/// <summary>The nearest of some known names to one that is not known.</summary>
public static class Suggestion
{
    /// <summary>The candidate that few edits lead to, or null where none is near.</summary>
    /// <param name="unknown">The name that is not known.</param>
    /// <param name="candidates">The names that are.</param>
    /// <returns>The nearest, the first in order where several are as near.</returns>
    public static string? For(string unknown, IEnumerable<string> candidates)
    {
        if (unknown.Length > 100)
        {
            return null;
        }

        var (best, distance) = candidates
            .Select(c => (Name: c, Distance: Edits(unknown, c)))
            .OrderBy(p => p.Distance)
            .ThenBy(p => p.Name, StringComparer.Ordinal)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        return distance <= Math.Max(1, unknown.Length / 3) ? best : null;
    }

    /// <summary>A part of a sentence: <c> (did you mean pool-0?)</c>, or nothing.</summary>
    /// <param name="unknown">The name that is not known.</param>
    /// <param name="candidates">The names that are.</param>
    /// <returns>The part, with the blank before it.</returns>
    public static string DidYouMean(string unknown, IEnumerable<string> candidates) =>
        For(unknown, candidates) is { } name ? $" (did you mean {name}?)" : "";

    // Damerau's distance restricted to neighbours, one row at a time.
    private static int Edits(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 3)
        {
            return int.MaxValue;
        }

        var beforeLast = new int[b.Length + 1];
        var last = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last) = (last, row);
        }

        return last[b.Length];
    }
}
