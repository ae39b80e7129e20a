using System.Globalization;
using System.Text;

namespace CrCache;

/// <summary>Text that somebody else wrote, as it stands in a line that is shown: it stays on its line, and does nothing to a terminal.</summary>
public static class Shown
{
    private const int Longest = 60;

    /// <summary>The text with its control characters written out.</summary>
    /// <param name="text">The text.</param>
    /// <returns>One line.</returns>
    public static string Line(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

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

    /// <summary>The same, cut to what fits an error.</summary>
    /// <param name="text">The text.</param>
    /// <returns>One line of at most 63 characters.</returns>
    public static string Cut(string text)
    {
        // Whatever is far behind the cut need not be written out first.
        var line = Line(text[..Math.Min(text.Length, Longest + 1)]);
        if (line.Length <= Longest)
        {
            return line;
        }

        var end = char.IsHighSurrogate(line[Longest - 1]) ? Longest - 1 : Longest;
        return line[..end] + "...";
    }
}
