namespace CrCache.Store;

/// <summary>A resource as the store has it.</summary>
internal sealed record ResourceRow
{
    /// <summary>Its name, <c>SOURCE-N</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its source.</summary>
    public required string Source { get; init; }

    /// <summary>Its number in its source.</summary>
    public required int Number { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ResourceState State { get; init; }

    /// <summary>Whether somebody has it, be it a lease or a hold.</summary>
    public bool IsInUse => State is ResourceState.Leased or ResourceState.Held;

    /// <summary>The number of the event that handed it out last, or that began it.</summary>
    public required long Epoch { get; init; }

    /// <summary>When it came into its state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Its source's settings when it was made, as JSON: all that its discard needs.</summary>
    public required string Settings { get; init; }

    /// <summary>What was bound to its source's parameters, as their canonical text; empty for nothing.</summary>
    public string Binding { get; init; } = "";

    /// <summary>The way in, as JSON; null until it is made.</summary>
    public string? Route { get; init; }

    /// <summary>The resource it is layered on.</summary>
    public string? Base { get; init; }

    /// <summary>Units of work it takes at once; null until it is made.</summary>
    public int? Concurrency { get; init; }

    /// <summary>What was found out about it when it was made, as JSON; null where that was not needed.</summary>
    public string? Facts { get; init; }

    /// <summary>The process that changes it, where it is on its way from one state to another.</summary>
    public string? Actor { get; init; }

    /// <summary>When it was made; null until it is.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>How often it was handed out since it was made.</summary>
    public int Uses { get; init; }

    /// <summary>When it was last known to work; null where that is in doubt.</summary>
    public DateTimeOffset? Tested { get; init; }

    /// <summary>When it is to be looked at again, because it is kept for a time only; null where it is not.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>What is wrong with it, such as a hook that failed; null for nothing. It is never handed out again.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether something is to be done before or after each command on it.</summary>
    public bool HasRunHooks { get; init; }

    /// <summary>How often its discard failed.</summary>
    public int Failures { get; init; }

    /// <summary>When its discard is to be tried again.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Who has it, or is about to have it; null for nobody.</summary>
    public OwnerRow? Owner { get; init; }
}
