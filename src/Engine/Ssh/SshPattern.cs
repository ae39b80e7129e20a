namespace CrCache.Ssh;

/// <summary>The patterns of ssh's files: <c>*</c> is any text, <c>?</c> one character; in a list <c>!</c> negates.</summary>
internal static class SshPattern
{
    /// <summary>Whether a text is matched by a pattern as a whole, with regard to case.</summary>
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        var (at, here) = (0, 0);
        var (star, tried) = (-1, 0);
        while (at < text.Length)
        {
            if (here < pattern.Length && pattern[here] == '*')
            {
                (star, tried) = (here++, at);
            }
            else if (here < pattern.Length && (pattern[here] == '?' || pattern[here] == text[at]))
            {
                here++;
                at++;
            }
            else if (star >= 0)
            {
                (here, at) = (star + 1, ++tried);
            }
            else
            {
                return false;
            }
        }

        return pattern[here..].Trim('*').IsEmpty;
    }

    /// <summary>Whether one of a list's patterns, which commas separate, matches and none that is negated does.</summary>
    public static bool MatchesList(ReadOnlySpan<char> text, ReadOnlySpan<char> list)
    {
        var found = false;
        foreach (var part in list.Split(','))
        {
            var pattern = list[part];
            var negated = pattern is ['!', ..];
            if (!Matches(text, negated ? pattern[1..] : pattern))
            {
                continue;
            }

            if (negated)
            {
                return false;
            }

            found = true;
        }

        return found;
    }

    /// <summary>The same for names of hosts, whose case does not count.</summary>
    public static bool MatchesHost(string host, string list) => MatchesList(host.ToLowerInvariant(), list.ToLowerInvariant());
}
