using System.Globalization;
using CrCache.Configuration;
using CrCache.Leasing;

namespace CrCache.Cli;

/// <summary>One number that can be asked of a source.</summary>
/// <param name="Name">As a user names it.</param>
/// <param name="Value">The number; null where there is none.</param>
/// <param name="Absent">What to print where there is none.</param>
internal sealed record StatusQuery(string Name, Func<SourceStatus, int?> Value, string Absent)
{
    private const string Unlimited = "unlimited";
    private const string NotConfigured = "-";

    private static readonly StatusQuery[] All =
    [
        new("cached", s => s.Cached, ""),
        new("in-use", s => s.InUse, ""),
        new("max", s => s.Maximum, Unlimited),
        new("available", s => s.Available, Unlimited),
        new("concurrency", s => s.Concurrency, "unknown"),
    ];

    /// <summary>All that can be asked.</summary>
    public static IEnumerable<string> Names => All.Select(q => q.Name);

    /// <summary>Finds one by name.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static StatusQuery Parse(string name) =>
        Array.Find(All, q => q.Name == name)
        ?? throw new UsageException(Suggestion.For(name, Names) is { } nearest
            ? $"--query: unknown field '{Shown.Cut(name)}'; did you mean {nearest}?"
            : $"--query: unknown field '{Shown.Cut(name)}'; there are {string.Join(", ", Names)}");

    /// <summary>The most that a source may own.</summary>
    public static string Most(SourceStatus source) => Parse("max").Text(source);

    /// <summary>The answer for people and shells. A source whose configuration is not known has no limits to tell.</summary>
    public string Text(SourceStatus source) =>
        Value(source)?.ToString(CultureInfo.InvariantCulture) ?? (source.Type is null && Absent == Unlimited ? NotConfigured : Absent);
}
