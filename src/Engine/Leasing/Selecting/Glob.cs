namespace CrCache.Leasing.Selecting;

/// <summary>A pattern for whole texts: <c>*</c> stands for any text, <c>?</c> for one character.</summary>
internal static class Glob
{
    // Going back to the last star only is enough, and keeps a hostile pattern from taking exponential time.
    public static bool Matches(string pattern, string text)
    {
        var (p, t) = (0, 0);
        var (star, mark) = (-1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, t);
            }
            else if (p < pattern.Length && pattern[p] == '?')
            {
                p++;
                t += Width(text, t);
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                mark += Width(text, mark);
                t = mark;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).Trim('*').IsEmpty;
    }

    private static int Width(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
}
