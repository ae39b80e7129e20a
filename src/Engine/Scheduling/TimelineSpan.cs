namespace CrCache.Scheduling;

/// <summary>A stretch of time on a resource.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Name">What went on: a unit of work, or something such as the start of a test host.</param>
/// <param name="Outcome">How it ended: <c>passed</c>, <c>failed</c>, <c>skipped</c>, <c>flaky</c> or <c>lost</c>; <c>setup</c> for what is no work itself.</param>
/// <param name="Start">When it began.</param>
/// <param name="Time">How long it took.</param>
public sealed record TimelineSpan(string Resource, string Name, string Outcome, DateTimeOffset Start, TimeSpan Time);
