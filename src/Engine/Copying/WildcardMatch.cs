namespace CrCache.Copying;

/// <summary>
/// Whether a text fits a pattern as git has them: <c>*</c> and <c>?</c> stand for no slash, <c>[a-z]</c> for one of several characters,
/// <c>**</c> between slashes for any directories, and a backslash takes the meaning from what follows.
/// </summary>
internal static class WildcardMatch
{
    private enum Outcome
    {
        Fits,
        Differs,

        // Nothing that an asterisk further to the left could take would help.
        Hopeless,
    }

    /// <summary>Whether a text fits.</summary>
    public static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text) => Match(pattern, 0, text) == Outcome.Fits;

    /// <summary>Whether a text has something in it that stands for other texts.</summary>
    public static bool IsPattern(ReadOnlySpan<char> text) => text.ContainsAny('*', '?', '[');

    private static Outcome Match(ReadOnlySpan<char> pattern, int at, ReadOnlySpan<char> text)
    {
        for (; at < pattern.Length; at++)
        {
            var c = pattern[at];
            if (c == '*')
                return Asterisk(pattern, at, text);
            if (text.Length == 0)
                return Outcome.Hopeless;
            if (c == '[')
            {
                if (Set(pattern, ref at, text[0]) is not { } isIn)
                    return Outcome.Hopeless;
                if (!isIn || text[0] == '/')
                    return Outcome.Differs;
            }
            else if (c == '?')
            {
                if (text[0] == '/')
                    return Outcome.Differs;
            }
            else
            {
                if (c == '\\' && ++at == pattern.Length)
                    return Outcome.Hopeless;
                if (pattern[at] != text[0])
                    return Outcome.Differs;
            }

            text = text[1..];
        }

        return text.Length == 0 ? Outcome.Fits : Outcome.Differs;
    }

    private static Outcome Asterisk(ReadOnlySpan<char> pattern, int at, ReadOnlySpan<char> text)
    {
        var next = at + 1;
        while (next < pattern.Length && pattern[next] == '*')
            next++;
        var rest = pattern[next..];

        // Two or more mean directories only where they stand alone.
        var crosses = next - at > 1 && (at == 0 || pattern[at - 1] == '/')
            && (rest.Length == 0 || rest[0] == '/' || rest is ['\\', '/', ..]);
        if (crosses && rest is ['/', ..] && Match(pattern, next + 1, text) == Outcome.Fits)
            return Outcome.Fits;
        if (rest.Length == 0)
            return crosses || !text.Contains('/') ? Outcome.Fits : Outcome.Differs;
        for (; text.Length > 0; text = text[1..])
        {
            var outcome = Match(pattern, next, text);
            if (outcome == Outcome.Fits || (outcome == Outcome.Hopeless && crosses))
                return outcome;
            if (!crosses && text[0] == '/')
                return Outcome.Differs;
        }

        return Match(pattern, next, text) == Outcome.Fits ? Outcome.Fits : Outcome.Hopeless;
    }

    /// <summary>Whether a character is one of a set; null where the set has no end.</summary>
    private static bool? Set(ReadOnlySpan<char> pattern, ref int at, char c)
    {
        var i = at + 1;
        var negated = i < pattern.Length && pattern[i] is '!' or '^';
        if (negated)
            i++;
        var isIn = false;
        var first = i;
        var previous = '\0';
        for (; i < pattern.Length && (pattern[i] != ']' || i == first); i++)
        {
            if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':' && Class(pattern[(i + 2)..], c) is var (length, isOfClass))
            {
                if (length < 0)
                    return null;
                isIn |= isOfClass;
                i += length + 3;
                previous = '\0';
                continue;
            }

            if (pattern[i] == '-' && previous != '\0' && i + 1 < pattern.Length && pattern[i + 1] != ']')
            {
                i++;
                if (pattern[i] == '\\' && ++i == pattern.Length)
                    return null;
                isIn |= c >= previous && c <= pattern[i];
                previous = '\0';
                continue;
            }

            if (pattern[i] == '\\' && ++i == pattern.Length)
                return null;
            isIn |= pattern[i] == c;
            previous = pattern[i];
        }

        if (i >= pattern.Length)
            return null;
        at = i;
        return isIn != negated;
    }

    /// <summary>A class such as <c>[:digit:]</c>: how long its name is, -1 for one that there is not, and whether a character is of it; null where it is no class.</summary>
    private static (int Length, bool IsOf)? Class(ReadOnlySpan<char> pattern, char c)
    {
        var close = pattern.IndexOf(']');
        if (close < 1 || pattern[close - 1] != ':')
            return null;
        bool? isOf = pattern[..(close - 1)] switch
        {
            "alnum" => char.IsAsciiLetterOrDigit(c),
            "alpha" => char.IsAsciiLetter(c),
            "blank" => c is ' ' or '\t',
            "cntrl" => char.IsControl(c) && char.IsAscii(c),
            "digit" => char.IsAsciiDigit(c),
            "graph" => c is > ' ' and < '\x7f',
            "lower" => char.IsAsciiLetterLower(c),
            "print" => c is >= ' ' and < '\x7f',
            "punct" => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
            "space" => c is ' ' or (>= '\t' and <= '\r'),
            "upper" => char.IsAsciiLetterUpper(c),
            "xdigit" => char.IsAsciiHexDigit(c),
            _ => null,
        };
        return isOf is { } known ? (close - 1, known) : (-1, false);
    }
}
