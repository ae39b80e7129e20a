namespace CrCache.Store;

/// <summary>A source as the store has it: what is kept of its resources, and what became of making more ahead of time.</summary>
internal sealed record SourceRow
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is configured; null for a source that needs no configuration.</summary>
    public required string? Directory { get; init; }

    /// <summary>The names of what it is layered on, the preferred first, separated by commas.</summary>
    public required string Layers { get; init; }

    /// <summary>What its parameters were bound to the last time; empty for nothing.</summary>
    public required string Binding { get; init; }

    /// <summary>How many it says to keep.</summary>
    public required int Reserve { get; init; }

    /// <summary>The most it may own; null for no limit.</summary>
    public required int? Maximum { get; init; }

    /// <summary>After how many uses one is discarded; null for never.</summary>
    public required int? MaxUseCount { get; init; }

    /// <summary>How old one may get before it is discarded; null for any age.</summary>
    public required TimeSpan? MaxAge { get; init; }

    /// <summary>How long one beyond the reserve is kept; null for not at all.</summary>
    public required TimeSpan? IdleTime { get; init; }

    /// <summary>Whether something is to be done with one that was given back.</summary>
    public required bool Resets { get; init; }

    /// <summary>Whether what it is layered on is shared by any number of its resources.</summary>
    public bool SharesLayers { get; init; }

    /// <summary>How many may share one; null for any number.</summary>
    public int? BaseUsers { get; init; }

    /// <summary>How often in a row making one ahead of time failed.</summary>
    public int Failures { get; init; }

    /// <summary>When that is to be tried again; null for at once.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Problem { get; init; }

    /// <summary>The settings with which it is not tried again; null where it is.</summary>
    public string? Stopped { get; init; }

    /// <summary>It can be made again.</summary>
    public SourceRow Cleared() => this with { Failures = 0, RetryAt = null, Problem = null, Stopped = null };
}
