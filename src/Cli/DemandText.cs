using System.Globalization;

namespace CrCache.Cli;

/// <summary>How people write what they want: <c>SOURCE</c>, <c>SOURCE:N</c> or <c>SOURCE:N..M</c>, and N or N..M for all that do not say.</summary>
internal static class DemandText
{
    private const string Range = "..";

    /// <summary>Reads all that a command line asks for.</summary>
    /// <param name="sources">The sources; the variable's, else <c>local</c>, where there are none.</param>
    /// <param name="count">The number for those without one.</param>
    /// <param name="where">Which resources; the variable's where it is null.</param>
    /// <param name="otherwise">What is meant where no number is said; null for one resource.</param>
    public static IReadOnlyList<ResourceDemand> ParseAll(string[]? sources, string? count, string? where, Func<string, ResourceDemand>? otherwise = null)
    {
        where ??= EnvironmentFallback.Of("CRCACHE_WHERE");
        string[] named = sources is { Length: > 0 } ? sources : [EnvironmentFallback.Source ?? "local"];
        return [.. named.Select(s => Parse(s, count, otherwise) with { Where = where })];
    }

    /// <summary>Reads a demand.</summary>
    /// <param name="source">The source, with or without a number.</param>
    /// <param name="count">The number for one without.</param>
    /// <param name="otherwise">What is meant where no number is said; null for one resource.</param>
    public static ResourceDemand Parse(string source, string? count, Func<string, ResourceDemand>? otherwise = null)
    {
        // A name has no colon; what is bound to it, in braces, may, also where these are not closed.
        var colon = source.LastIndexOf(':');
        if (colon <= source.LastIndexOf('}') || (source.Contains('{', StringComparison.Ordinal) && !source.Contains('}', StringComparison.Ordinal)))
            return count is null && otherwise is not null ? otherwise(source) : Counted(source, count);
        return Counted(source[..colon], source[(colon + 1)..]);
    }

    private static ResourceDemand Counted(string source, string? count)
    {
        if (count is null)
            return new(source);
        if (count.IndexOf(Range, StringComparison.Ordinal) is >= 0 and var dots)
        {
            return Positive(count[..dots]) is { } least && Positive(count[(dots + Range.Length)..]) is { } most && least <= most
                ? new(source, most) { AtLeast = least }
                : throw new UsageException($"'{Shown.Cut(count)}' is not a range of numbers of resources: write 2..8 for as many as are free, at least 2 and at most 8");
        }

        return Positive(count) is { } number
            ? new(source, number)
            : throw new UsageException($"'{Shown.Cut(count)}' is not a number of resources: write 1 or more, or a range such as 2..8");
    }

    private static int? Positive(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
