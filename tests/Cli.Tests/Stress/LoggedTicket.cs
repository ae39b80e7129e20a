using System.Globalization;
using System.Text.RegularExpressions;

namespace CrCache.Cli.Tests.Stress;

/// <summary>A place in the line.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Wanted">What is wanted, in words.</param>
internal sealed partial record LoggedTicket(long Number, int Priority, string Wanted)
{
    /// <summary>What is wanted: at least so many of each source.</summary>
    public IReadOnlyList<(string Source, int AtLeast)> Demands { get; } =
        [.. Demand().Matches(Wanted).Select(m => (m.Groups["source"].Value, int.Parse(m.Groups["least"].Value, CultureInfo.InvariantCulture)))];

    /// <summary>Reads what a <c>waiting</c> event says; null where it says something else.</summary>
    public static LoggedTicket? Parse(long number, string? detail) => Place().Match(detail ?? "") is { Success: true } match
        ? new(number, int.Parse(match.Groups["priority"].Value, CultureInfo.InvariantCulture), match.Groups["wanted"].Value)
        : null;

    /// <summary>Whether it stands before another one.</summary>
    public bool IsAheadOf(LoggedTicket other) => Priority > other.Priority || (Priority == other.Priority && Number < other.Number);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ticket {Number} (priority {Priority}: {Wanted})");

    [GeneratedRegex("^priority (?<priority>-?[0-9]+): (?<wanted>.+)$")]
    private static partial Regex Place();

    [GeneratedRegex(@"(?<least>[0-9]+)(\.\.[0-9]+)? of (?<source>[^ ,]+)")]
    private static partial Regex Demand();
}
