namespace CrCache;

/// <summary>For whom and for how long a resource is taken that somebody has already.</summary>
public sealed record LeaseTerms
{
    /// <summary>How long it is taken for unless it is renewed; from one second up, 24 hours unless said otherwise.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Who it belongs to from then on.</summary>
    public LeaseOwner Owner { get; init; } = LeaseOwner.User;

    /// <inheritdoc cref="AcquireRequest.OwnerName"/>
    public string? OwnerName { get; init; }

    /// <summary>A remark for whoever finds the resource taken.</summary>
    public string? Note { get; init; }
}
