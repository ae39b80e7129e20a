namespace CrCache.Routes;

/// <summary>A command for a resource, exactly as it shall arrive there.</summary>
public sealed record ResourceCommand
{
    /// <summary>Program and arguments. Empty for the user's login shell.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Where it starts, absolute on the resource; null for the route's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables on top of the route's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>When true the command uses this process's own standard streams; else they are pipes.</summary>
    public bool InheritStreams { get; init; }

    /// <summary>When true it gets a terminal of its own where the way in can give one. Needs <see cref="InheritStreams"/>.</summary>
    public bool Terminal { get; init; }
}
