namespace CrCache.Routes;

/// <summary>Turns a resource's route chain into a way to start processes.</summary>
/// <param name="open">Looks a resource up, checks that it may be used and renews its lease.</param>
internal sealed class RouteResolver(Func<ResourceReference, RouteChain> open)
{
    /// <summary>Resolves the way to a resource.</summary>
    public ResolvedRoute Resolve(ResourceReference resource) => new(open(resource));
}
