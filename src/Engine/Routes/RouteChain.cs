namespace CrCache.Routes;

/// <summary>A resource's routes from this machine inwards, as the store has them.</summary>
/// <param name="Resource">The resource's name.</param>
/// <param name="Steps">The routes to follow, the one nearest to this machine first; at least one.</param>
internal sealed record RouteChain(string Resource, IReadOnlyList<Route> Steps)
{
    /// <summary>Where its commands are written down; null where they are not.</summary>
    public CommandTrack? Track { get; init; }

    /// <summary>What is run before and after each command; null for nothing.</summary>
    public RunHooks? Hooks { get; init; }
}
