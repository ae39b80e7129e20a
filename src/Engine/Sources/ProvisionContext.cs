using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>What a source type gets to make, reset or unmake one resource.</summary>
public sealed class ProvisionContext
{
    private readonly Func<Route, ResourceCommand, CancellationToken, Task<RunningCommand>> _start;
    private readonly Func<string> _store;

    internal ProvisionContext(
        SourceSettings settings,
        string resource,
        Route? route,
        Func<Route, ResourceCommand, CancellationToken, Task<RunningCommand>> start,
        Func<string>? store = null)
    {
        Settings = settings;
        Resource = resource;
        Route = route;
        _start = start;
        _store = store ?? (() => new('0', 12));
    }

    /// <summary>The source, as it was configured when the resource was made.</summary>
    public SourceSettings Settings { get; }

    /// <summary>The resource's name.</summary>
    public string Resource { get; }

    /// <summary>The resource's way in; null while it is being made.</summary>
    public Route? Route { get; }

    /// <summary>
    /// Tells the resources of one store from those of another, where several people or machines make some of the same name in one place:
    /// twelve lower-case hexadecimal digits, the same for as long as the store is there.
    /// </summary>
    public string Store => _store();

    /// <summary>Whether the resource is made on this machine as it is, rather than on a resource that lies elsewhere or is shut off.</summary>
    public bool IsHere { get; internal init; } = true;

    /// <summary>Runs a command over a route that counts from the resource this one is layered on (else from this machine).</summary>
    /// <param name="route">The route to try.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up starting it.</param>
    /// <returns>The running command; dispose it.</returns>
    /// <exception cref="ResourceException">The way in failed, or the command cannot be started there.</exception>
    public Task<RunningCommand> StartAsync(Route route, ResourceCommand command, CancellationToken cancellationToken) =>
        _start(route, command, cancellationToken);
}
