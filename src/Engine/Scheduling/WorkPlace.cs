namespace CrCache.Scheduling;

/// <summary>A leased resource that takes work.</summary>
/// <param name="Resource">The hand-out.</param>
/// <param name="Slots">How many items it takes at once, at least 1.</param>
public sealed record WorkPlace(ResourceReference Resource, int Slots)
{
    /// <summary>A lease's resource.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="slots">How many items it takes at once; null for as many as its concurrency says.</param>
    public static WorkPlace Of(Lease lease, int? slots = null) => new(lease.Reference, slots ?? lease.Concurrency);
}
