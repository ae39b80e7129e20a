namespace CrCache.Leasing;

/// <summary>A resource as it stands.</summary>
public sealed record ResourceStatus
{
    /// <summary>Its name, <c>SOURCE-N</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Its state: <c>provisioning</c>, <c>idle</c>, <c>leased</c>, <c>held</c>, <c>resetting</c>, <c>dirty</c>, <c>quarantined</c> or <c>discarding</c>.</summary>
    public required string State { get; init; }

    /// <summary>What was bound to its source's parameters, as <see cref="Configuration.SourceReference.Binding"/> has it; empty for nothing.</summary>
    public string Binding { get; init; } = "";

    /// <summary>How often it was handed out.</summary>
    public required long Epoch { get; init; }

    /// <summary>Units of work it takes at once; null until it is made.</summary>
    public required int? Concurrency { get; init; }

    /// <summary>Who holds it; null where nobody does.</summary>
    public required string? Owner { get; init; }

    /// <summary>When it came into this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When its lease or hold ends unless it is renewed; null where there is none, or where it ends with a process that runs.</summary>
    public required DateTimeOffset? Expires { get; init; }

    /// <summary>The holder's remark, or what is wrong with it.</summary>
    public required string? Note { get; init; }

    /// <summary>How often it was handed out since it was made.</summary>
    public int Uses { get; init; }

    /// <summary>When it was made; null until it is.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>The host it is, as its source names it; null where that is no host of ssh, or it is not made yet.</summary>
    public string? Host { get; init; }

    /// <summary>The resource it is layered on; null where there is none.</summary>
    public required string? Base { get; init; }
}
