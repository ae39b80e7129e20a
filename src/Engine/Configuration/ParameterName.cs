namespace CrCache.Configuration;

/// <summary>What a parameter may be called: ASCII letters, digits, <c>_</c> and <c>-</c>, the first a letter.</summary>
internal static class ParameterName
{
    public const int MaximumLength = 50;

    public static bool Is(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaximumLength || !char.IsAsciiLetter(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!MayHold(c))
            {
                return false;
            }
        }

        return true;
    }

    public static bool MayHold(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    /// <summary>The environment variable in which hooks find what is bound to it.</summary>
    public static string Variable(string name) => $"CRCACHE_PARAM_{name.ToUpperInvariant().Replace('-', '_')}";
}
