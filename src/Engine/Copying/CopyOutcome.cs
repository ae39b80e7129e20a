namespace CrCache.Copying;

/// <summary>What became of a copy to one of several destinations.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="Report">What was done; null where it failed.</param>
/// <param name="Failure">Why it failed; null where it did not.</param>
public sealed record CopyOutcome(CopyPath Destination, CopyReport? Report, CrCacheException? Failure);
