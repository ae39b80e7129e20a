namespace CrCache;

/// <summary>What to lease, for whom and for how long.</summary>
/// <param name="Demands">The resources, by source; each source at most once. All demands are met, or nothing is taken.</param>
public sealed record AcquireRequest(IReadOnlyList<ResourceDemand> Demands)
{
    /// <summary>A request for resources of one source, all or none.</summary>
    /// <param name="source">The source.</param>
    /// <param name="count">How many, from 1 up.</param>
    public AcquireRequest(string source, int count = 1)
        : this([new ResourceDemand(source, count)])
    {
    }

    /// <summary>How long the lease lasts unless it is renewed; from one second up, 24 hours unless said otherwise.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Who the lease belongs to.</summary>
    public LeaseOwner Owner { get; init; } = LeaseOwner.User;

    /// <summary>
    /// The name the owner answers to, which is then needed to release the resource by its name; null for <c>user@host</c>, which
    /// everybody answers to. At most 200 characters on one line.
    /// </summary>
    public string? OwnerName { get; init; }

    /// <summary>A remark for whoever finds the resource taken.</summary>
    public string? Note { get; init; }

    /// <summary>
    /// How long to wait in line for resources that others hold: zero, the default, for not at all,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.
    /// </summary>
    public TimeSpan Wait { get; init; }

    /// <summary>The place in the line: a greater number is served first, equal ones in the order they came. From -1000 to 1000.</summary>
    public int Priority { get; init; }
}
