using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>A result that counts.</summary>
/// <param name="Test">The test; null where a host ran more than was found.</param>
/// <param name="Resource">Where it ran.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Start">When it started.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Attempt">Which attempt it was, from 1.</param>
internal sealed record TestRecord(DiscoveredTest? Test, string Resource, TestOutcome Outcome, DateTimeOffset? Start, TimeSpan Duration, int Attempt)
{
    /// <summary>True where it passed only after it had failed.</summary>
    public bool IsFlaky => Attempt > 1 && Outcome == TestOutcome.Passed;
}
