namespace CrCache.Leasing;

/// <summary>A request that stands in line.</summary>
/// <param name="Demands">What it wants.</param>
/// <param name="Owner">Who waits, for people to read.</param>
/// <param name="Since">Since when.</param>
/// <param name="Priority">Its priority; greater ones are served first.</param>
/// <param name="Note">The waiter's remark, if any.</param>
public sealed record WaitingRequest(IReadOnlyList<ResourceDemand> Demands, string Owner, DateTimeOffset Since, int Priority, string? Note);
