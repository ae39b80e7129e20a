namespace CrCache.Store;

/// <summary>A lease's holder as the store has it.</summary>
/// <param name="Name">For people to read.</param>
/// <param name="Process">The process whose end ends the lease, and who uses the resource as long as it runs; null for none.</param>
/// <param name="Resource">The resource that is layered on the leased one; null for none.</param>
/// <param name="TimeToLive">How far a renewal reaches; null for a lease that does not expire.</param>
/// <param name="Expires">When the lease ends, by the clock that people read; null for never.</param>
/// <param name="Note">A remark.</param>
internal sealed record OwnerRow(string Name, string? Process, string? Resource, TimeSpan? TimeToLive, DateTimeOffset? Expires, string? Note)
{
    /// <summary>Whether somebody chose the name, and so answers to it, rather than it saying which user of which machine it was.</summary>
    public bool IsNamed { get; init; }

    /// <summary>When the lease ends, by a steady clock.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Which steady clock that is.</summary>
    public string? Clock { get; init; }
}
