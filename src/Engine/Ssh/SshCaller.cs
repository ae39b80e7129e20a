namespace CrCache.Ssh;

/// <summary>Starts commands on hosts.</summary>
internal abstract class SshCaller
{
    /// <summary>Starts a command.</summary>
    /// <param name="call">The command.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The command; dispose it.</returns>
    /// <exception cref="SshFailure">There is no connection; it says why.</exception>
    public abstract Task<RemoteCommand> StartAsync(SshCall call, CancellationToken cancellationToken);
}
