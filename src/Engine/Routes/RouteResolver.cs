namespace CrCache.Routes;

/// <summary>Turns a resource's route chain into a way to start processes.</summary>
/// <param name="open">Looks a resource up, checks that it may be used and renews its lease.</param>
/// <param name="directory">Where commands on this machine start unless something says otherwise; null for the current directory.</param>
internal sealed class RouteResolver(Func<ResourceReference, RouteChain> open, string? directory = null)
{
    /// <summary>Says how hosts are reached.</summary>
    public Func<SshWays> Ssh { get; init; } = () => new(null, null);

    /// <summary>The way to this machine, which is no resource.</summary>
    public ResolvedRoute Here() => new(new RouteChain("this machine", [new Route()])) { CallerDirectory = directory };

    /// <summary>Resolves the way to a resource.</summary>
    public ResolvedRoute Resolve(ResourceReference resource) =>
        new(open(resource)) { CallerDirectory = directory, Ssh = Ssh() };
}
