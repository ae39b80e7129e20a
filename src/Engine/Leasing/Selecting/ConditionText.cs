using System.Globalization;
using System.Text;

namespace CrCache.Leasing.Selecting;

/// <summary>How values are written in a condition, and how a text with a fault in it is shown.</summary>
internal static class ConditionText
{
    private const string Signs = "()|&!<>=~'\"\\";

    private const int Shown = 60;

    /// <summary>A value as it is written: bare where it can be.</summary>
    public static string Quote(string value)
    {
        if (value.Length > 0 && value.EnumerateRunes().All(IsBare))
        {
            return value;
        }

        return value.Contains('\'', StringComparison.Ordinal)
            ? $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : $"'{value}'";
    }

    /// <summary>Whether a value may hold it without quotes.</summary>
    public static bool IsBare(Rune rune) =>
        IsVisible(rune) && !Rune.IsWhiteSpace(rune) && !(rune.IsAscii && Signs.Contains((char)rune.Value, StringComparison.Ordinal));

    /// <summary>Whether a value may hold it in quotes: a value is one line.</summary>
    public static bool IsQuotable(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>The character at a place; null for half of a surrogate pair.</summary>
    public static Rune? At(string text, int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune : null;

    /// <summary>A place as a person counts, from 1.</summary>
    public static int Character(string text, int at)
    {
        var count = 1;
        foreach (var _ in text.AsSpan(0, at).EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>The text around a place, in one line.</summary>
    public static string Around(string text, int at)
    {
        var begin = text.Length <= Shown ? 0 : Math.Clamp(at - (Shown / 2), 0, text.Length - Shown);
        var end = Math.Min(text.Length, begin + Shown);
        begin += begin > 0 && char.IsLowSurrogate(text[begin]) ? 1 : 0;
        end -= end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
        return (begin > 0 ? "..." : "") + Visible(text[begin..end]) + (end < text.Length ? "..." : "");
    }

    /// <summary>What stands at a place: a word, a sign, or the number of a character that cannot be shown.</summary>
    public static string Token(string text, int at)
    {
        if (At(text, at) is not { } rune || !IsVisible(rune) || Rune.IsWhiteSpace(rune))
        {
            return string.Create(CultureInfo.InvariantCulture, $"U+{(At(text, at)?.Value ?? text[at]):X4}");
        }

        var end = at;
        while (end < text.Length && At(text, end) is { } next && IsBare(next) && end - at < Shown / 2)
        {
            end += next.Utf16SequenceLength;
        }

        return end > at ? $"'{text[at..end]}'" : rune.Value == '\'' ? "\"'\"" : $"'{rune}'";
    }

    private static string Visible(string text) =>
        string.Concat(text.EnumerateRunes().Select(r => IsVisible(r) && r != Rune.ReplacementChar ? r.ToString() : "?"));

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned);
}
