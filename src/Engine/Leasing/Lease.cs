namespace CrCache;

/// <summary>The exclusive right to use a resource.</summary>
public sealed record Lease
{
    /// <summary>The resource's name, <c>SOURCE-N</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>The source it came from.</summary>
    public required string Source { get; init; }

    /// <summary>What was bound to the source's parameters, as <see cref="CrCache.Configuration.SourceReference.Binding"/> has it; empty for nothing.</summary>
    public string Binding { get; init; } = "";

    /// <summary>This hand-out's number; it grows at every hand-out of the resource.</summary>
    public required long Epoch { get; init; }

    /// <summary>How many units of work the resource takes at once, at least 1.</summary>
    public required int Concurrency { get; init; }

    /// <summary>
    /// When the lease ends unless it is renewed. One that is bound to a process lasts as long as that is seen to run; the time is for
    /// those who cannot see it, on other machines and in other containers.
    /// </summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Names this hand-out of the resource and no later one.</summary>
    public ResourceReference Reference => new(Resource, Epoch);
}
