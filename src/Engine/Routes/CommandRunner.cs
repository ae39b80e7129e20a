namespace CrCache.Routes;

/// <summary>Runs commands on leased resources, whatever kind they are.</summary>
public sealed class CommandRunner
{
    private readonly RouteResolver _resolver;

    internal CommandRunner(RouteResolver resolver) => _resolver = resolver;

    /// <summary>Starts a command on a resource and renews its lease.</summary>
    /// <param name="resource">The resource; with an epoch, only that hand-out of it.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up starting it.</param>
    /// <returns>The running command; dispose it.</returns>
    /// <exception cref="UsageException">Nobody has acquired the resource, or there is none of that name.</exception>
    /// <exception cref="LeaseLostException">The hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">The way in failed, the command cannot be started there, or a hook before it failed.</exception>
    public Task<RunningCommand> StartAsync(ResourceReference resource, ResourceCommand command, CancellationToken cancellationToken)
    {
        var route = _resolver.Resolve(resource);
        return route.Hooks is { } hooks ? StartHookedAsync(route, hooks, command, cancellationToken) : route.StartAsync(command, cancellationToken);
    }

    /// <summary>Starts a command on this machine, outside all resources; nothing is looked up for it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up starting it.</param>
    /// <returns>The running command; dispose it.</returns>
    /// <exception cref="ResourceException">It cannot be started.</exception>
    public Task<RunningCommand> StartHereAsync(ResourceCommand command, CancellationToken cancellationToken) =>
        _resolver.Here().StartAsync(command, cancellationToken);

    /// <summary>
    /// Whether a resource is this machine as it is: no way in, no user, directory or variables of its own, no hooks around commands. A command on it is
    /// then one of <see cref="StartHereAsync"/>, as long as the caller keeps the lease.
    /// </summary>
    /// <param name="resource">The resource; with an epoch, only that hand-out of it.</param>
    /// <returns>True where it is.</returns>
    /// <exception cref="UsageException">Nobody has acquired the resource, or there is none of that name.</exception>
    /// <exception cref="LeaseLostException">The hand-out that was named has ended.</exception>
    public bool IsHere(ResourceReference resource) => _resolver.Resolve(resource) is { IsHere: true, Hooks: null };

    /// <summary>Runs a command to its end; a cancel stops its whole process group.</summary>
    /// <inheritdoc cref="StartAsync" path="/param"/>
    /// <inheritdoc cref="StartAsync" path="/exception"/>
    /// <returns>How it ended.</returns>
    public async Task<CommandResult> RunAsync(ResourceReference resource, ResourceCommand command, CancellationToken cancellationToken)
    {
        var running = await StartAsync(resource, command, cancellationToken).ConfigureAwait(false);
        await using (running.ConfigureAwait(false))
        {
            return await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<RunningCommand> StartHookedAsync(ResolvedRoute route, RunHooks hooks, ResourceCommand command, CancellationToken cancellationToken)
    {
        await hooks.BeforeAsync(command, cancellationToken).ConfigureAwait(false);
        return new HookedCommand(await route.StartAsync(command, cancellationToken).ConfigureAwait(false), command, hooks);
    }
}
