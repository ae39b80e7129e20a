using System.Globalization;

namespace CrCache.Ssh;

/// <summary>Lengths of time as ssh_config has them: <c>90</c>, <c>1m30s</c>, <c>none</c>.</summary>
internal static class SshTime
{
    /// <summary>Reads one; null where it is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            return TimeSpan.Zero;
        }

        var seconds = 0L;
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : rest.Length;
            if (!int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            var unit = digits == rest.Length ? 1 : char.ToLowerInvariant(rest[digits]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
            seconds += (long)number * unit;
            if (unit == 0 || seconds > int.MaxValue)
            {
                return null;
            }

            rest = rest[Math.Min(rest.Length, digits + 1)..];
        }

        return text.Length == 0 ? null : TimeSpan.FromSeconds(seconds);
    }
}
