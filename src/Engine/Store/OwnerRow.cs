namespace CrCache.Store;

/// <summary>A lease's holder as the store has it.</summary>
/// <param name="Name">For people to read.</param>
/// <param name="Process">The process whose end ends the lease, and who uses the resource as long as it runs; null for none.</param>
/// <param name="Resource">The resource that is layered on the leased one and has it alone, see also <see cref="IsShared"/>; null for none.</param>
/// <param name="TimeToLive">How far a renewal reaches; null for a lease that does not expire.</param>
/// <param name="Expires">When the lease ends, by the clock that people read; null for never.</param>
/// <param name="Note">A remark.</param>
internal sealed record OwnerRow(string Name, string? Process, string? Resource, TimeSpan? TimeToLive, DateTimeOffset? Expires, string? Note)
{
    // No resource can have that name.
    private const string Any = "*";

    /// <summary>The holder of what any number of resources are layered on: it is kept for as long as there is one.</summary>
    public static OwnerRow Users { get; } = new("what is layered on it", null, Any, null, null, null);

    /// <summary>Whether the leased resource is shared by all that is layered on it.</summary>
    public bool IsShared => Resource == Any;

    /// <summary>Whether somebody chose the name, and so answers to it, rather than it saying which user of which machine it was.</summary>
    public bool IsNamed { get; init; }

    /// <summary>When the lease ends, by a steady clock.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Which steady clock that is.</summary>
    public string? Clock { get; init; }
}
