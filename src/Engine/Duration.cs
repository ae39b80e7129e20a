using System.Globalization;

namespace CrCache;

/// <summary>Lengths of time as people write them.</summary>
public static class Duration
{
    /// <summary>Reads <c>90</c> (seconds), <c>90s</c>, <c>15m</c>, <c>4h</c>, <c>2d</c> or a row of them, such as <c>1h30m</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The length of time, from zero up.</returns>
    /// <exception cref="UsageException">It is none of that, or longer than 10,000 days.</exception>
    public static TimeSpan Parse(string text)
    {
        var seconds = 0L;
        var rest = text.AsSpan();
        while (true)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : rest.Length;
            if (!long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || Unit(rest[digits..], rest.Length == text.Length) is not { } unit
                || number > MaximumSeconds / unit
                || (seconds += number * unit) > MaximumSeconds)
            {
                throw new UsageException($"'{Shown.Cut(text)}' is not a length of time: write 90s, 15m, 4h, 2d or 1h30m, up to 10000d");
            }

            rest = rest[Math.Min(digits + 1, rest.Length)..];
            if (rest.IsEmpty)
                return TimeSpan.FromSeconds(seconds);
        }
    }

    private const long MaximumSeconds = 10_000L * 86_400;

    // A number alone is seconds, as timeout(1) has it; in a row every number has its unit.
    private static int? Unit(ReadOnlySpan<char> rest, bool alone) => rest switch
    {
        [] => alone ? 1 : null,
        ['s', ..] => 1,
        ['m', ..] => 60,
        ['h', ..] => 3_600,
        ['d', ..] => 86_400,
        _ => null,
    };
}
