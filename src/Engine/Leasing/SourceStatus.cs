namespace CrCache.Leasing;

/// <summary>A source, counted.</summary>
public sealed record SourceStatus
{
    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>Its type, such as <c>local</c>; null where its configuration is gone or cannot be read.</summary>
    public required string? Type { get; init; }

    /// <summary>Resources that are ready and free.</summary>
    public required int Cached { get; init; }

    /// <summary>Resources that are leased or held, also by a resource layered on them.</summary>
    public required int InUse { get; init; }

    /// <summary>Resources on their way: being made, reset or discarded, or to be discarded.</summary>
    public required int Changing { get; init; }

    /// <summary>The most it may own, over all layers; null for no limit.</summary>
    public required int? Maximum { get; init; }

    /// <summary>How many an acquire could get now, over all layers; null for no limit.</summary>
    public required int? Available { get; init; }

    /// <summary>Units of work each of its resources takes at once: configured, of a known resource, or probed; null where that is not known yet.</summary>
    public required int? Concurrency { get; init; }

    /// <summary>Why fewer are ready than it is to keep; null where nothing failed.</summary>
    public RefillStatus? Refill { get; init; }

    /// <summary>What is wrong with its configuration, or null; where it has none here, as one of another project, nothing is.</summary>
    public CrCacheException? Problem { get; init; }
}
