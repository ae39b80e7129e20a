using System.Globalization;
using System.Text;

namespace CrCache.Cli;

/// <summary>Text that stays on its line and does nothing to a terminal, whatever it was made from.</summary>
internal static class Printable
{
    /// <summary>The text with its control characters written out.</summary>
    public static string Line(string text)
    {
        if (!text.Any(char.IsControl))
            return text;

        var line = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => line.Append(@"\n"),
                '\r' => line.Append(@"\r"),
                '\t' => line.Append(@"\t"),
                _ when char.IsControl(c) => line.Append(CultureInfo.InvariantCulture, $@"\x{(int)c:x2}"),
                _ => line.Append(c),
            };
        }

        return line.ToString();
    }

    /// <summary>A time in UTC, to the second.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
