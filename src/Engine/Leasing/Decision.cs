using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>What one transaction decided about a request.</summary>
/// <param name="Taken">What it got; null for nothing.</param>
/// <param name="Problem">Why it got nothing; null where it waits.</param>
/// <param name="ToClear">What is to be cleared up outside the transaction.</param>
/// <param name="Unknown">Sources that have to be read before it can be decided.</param>
/// <param name="Ticket">Its place in the line, where it stands there.</param>
internal sealed record Decision(
    IReadOnlyList<Allocation>? Taken, NothingAvailableException? Problem, List<ResourceRow> ToClear, IReadOnlyCollection<string> Unknown, long? Ticket);
