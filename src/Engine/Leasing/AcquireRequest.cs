namespace CrCache;

/// <summary>What to lease, for whom and for how long.</summary>
public sealed record AcquireRequest
{
    /// <summary>The source to lease from.</summary>
    public required string Source { get; init; }

    /// <summary>How many resources, at least 1. All or none are handed out.</summary>
    public int Count { get; init; } = 1;

    /// <summary>When true, fewer (but at least one) are handed out where <see cref="Count"/> are not free.</summary>
    public bool AllowFewer { get; init; }

    /// <summary>How long the lease lasts unless it is renewed; from one second up, 24 hours unless said otherwise.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Who the lease belongs to.</summary>
    public LeaseOwner Owner { get; init; } = LeaseOwner.User;

    /// <summary>A remark for whoever finds the resource taken.</summary>
    public string? Note { get; init; }
}
