using System.Globalization;

namespace CrCache.Cli;

/// <summary>Text that stays on its line and does nothing to a terminal, whatever it was made from.</summary>
internal static class Printable
{
    /// <summary>The text with its control characters written out.</summary>
    public static string Line(string text) => Shown.Line(text);

    /// <summary>A time in UTC, to the second.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
