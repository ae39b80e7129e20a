using System.Text;

namespace CrCache.Configuration;

/// <summary>
/// A setting with parameters in it: <c>${name}</c>, <c>${name:-default}</c>, and <c>$${</c> for the text <c>${</c>. Any other <c>$</c> is
/// itself.
/// </summary>
internal static class ParameterText
{
    /// <summary>
    /// What stands, with the name behind it, for a value that is not known where a source is only looked at and nothing is bound. No
    /// file of the configuration can hold it.
    /// </summary>
    public const char Unknown = '\0';

    private const string Opening = "${";
    private const string Else = ":-";

    /// <summary>Whether there is anything to replace.</summary>
    public static bool IsPlain(string text) => !text.Contains(Opening, StringComparison.Ordinal);

    /// <summary>Puts values in place of parameters.</summary>
    /// <param name="text">The setting.</param>
    /// <param name="value">The value of a parameter; null where it has none.</param>
    /// <param name="unbound">What to put where there is neither a value nor a default.</param>
    /// <param name="wrong">The error of a parameter that is malformed.</param>
    public static string Replace(string text, Func<string, string?> value, Func<string, string> unbound, Func<string, Exception> wrong)
    {
        StringBuilder replaced = new(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (At(text, at, "$" + Opening))
            {
                replaced.Append(Opening);
                at += 1 + Opening.Length;
            }
            else if (At(text, at, Opening))
            {
                var (name, otherwise) = Read(text, ref at, wrong);
                replaced.Append(value(name) ?? otherwise ?? unbound(name));
            }
            else
            {
                replaced.Append(text[at++]);
            }
        }

        return replaced.ToString();
    }

    private static (string Name, string? Otherwise) Read(string text, ref int at, Func<string, Exception> wrong)
    {
        var begin = at;
        var end = text.AsSpan(begin + Opening.Length).IndexOfAny('{', '}') + begin + Opening.Length;
        if (end < begin + Opening.Length || text[end] == '{')
        {
            throw wrong($"'{Shown.Cut(text[begin..])}' is a parameter that is not closed{(end > begin + Opening.Length ? " before the next brace" : "")}; write ${{name}} or ${{name:-default}}, or $${{ for the text ${{");
        }

        at = end + 1;
        var inner = text[(begin + Opening.Length)..end];
        var separator = inner.IndexOf(Else, StringComparison.Ordinal);
        var name = separator < 0 ? inner : inner[..separator];
        return ParameterName.Is(name)
            ? (name, separator < 0 ? null : inner[(separator + Else.Length)..])
            : throw wrong($"'{Shown.Cut(text[begin..at])}' has no parameter's name: that is up to {ParameterName.MaximumLength} letters, digits, '_' and '-', and begins with a letter; write $${{ for the text ${{");
    }

    private static bool At(string text, int at, string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;
}
