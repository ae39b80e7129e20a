namespace CrCache.Routes;

/// <summary>A way to a resource that ends in a transport: a local process or an ssh channel.</summary>
internal sealed class ResolvedRoute(RouteChain chain)
{
    /// <summary>The resource's name.</summary>
    public string Resource => chain.Resource;

    /// <summary>Starts a command at the end of the route.</summary>
    public Task<RunningCommand> StartAsync(ResourceCommand command, CancellationToken cancellationToken) => throw new NotImplementedException();
}
