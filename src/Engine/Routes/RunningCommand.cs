namespace CrCache.Routes;

/// <summary>
/// A command that runs on a resource. Disposing it while it runs ends its whole process group; what a command that ended
/// by itself left in the background goes on, as it does behind a shell. With
/// <see cref="ResourceCommand.InheritStreams"/> the three streams are <see cref="Stream.Null"/>.
/// </summary>
public abstract class RunningCommand : IAsyncDisposable
{
    /// <summary>What the command reads; closing it is its end of file.</summary>
    public abstract Stream StandardInput { get; }

    /// <summary>What the command writes to its standard output, as bytes.</summary>
    public abstract Stream StandardOutput { get; }

    /// <summary>What the command writes to its standard error, as bytes.</summary>
    public abstract Stream StandardError { get; }

    /// <summary>
    /// Why there was nothing to start, where that is found out on this machine: the command is over then, with 126 or 127, and its standard
    /// error says the same unless it is inherited. Null for a command that was started.
    /// </summary>
    public virtual string? NotStarted => null;

    /// <summary>Waits for the command's end.</summary>
    /// <param name="cancellationToken">Ends the wait, not the command.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="ResourceException">The way to the resource was lost (<see cref="ErrorCodes.RouteFailed"/>).</exception>
    public abstract Task<CommandResult> WaitAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sends a signal to the command's whole process group; does nothing once it has ended. A command that shares this
    /// process's terminal gets SIGINT and SIGQUIT from that, and not a second time from here.
    /// </summary>
    /// <param name="signal">The signal's number, 15 for SIGTERM.</param>
    public abstract void Signal(int signal);

    /// <summary>SIGTERM to the group, and SIGKILL where something of it is left after <paramref name="grace"/>.</summary>
    /// <param name="grace">How long it has to end by itself.</param>
    /// <returns>A task that ends when the command has.</returns>
    public abstract Task StopAsync(TimeSpan grace);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
