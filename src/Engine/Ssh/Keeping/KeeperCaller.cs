using System.Net.Sockets;

namespace CrCache.Ssh.Keeping;

/// <summary>Starts commands through the user's keeper, which it starts if need be; without one it connects itself.</summary>
/// <param name="alone">This process's own connections.</param>
/// <param name="path">Finds the socket; null where there can be none.</param>
/// <param name="start">Starts a keeper for a socket.</param>
internal sealed class KeeperCaller(SshCaller alone, Func<string?> path, Action<string> start) : SshCaller
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(3);

    public override async Task<RemoteCommand> StartAsync(SshCall call, CancellationToken cancellationToken)
    {
        var command = call.Persist == TimeSpan.Zero || path() is not { } socket ? null : await AskAsync(socket, call, cancellationToken).ConfigureAwait(false);
        return (command is null ? null : await command.StartAsync(cancellationToken).ConfigureAwait(false))
            ?? await alone.StartAsync(call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has a keeper that takes calls start a command.</summary>
    /// <returns>The command; null where there is none in time. One that is there may be stopped: then it is done without.</returns>
    private async Task<KeptCommand?> AskAsync(string socket, SshCall call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTime);
        try
        {
            return await AskServedAsync(socket, call, limit.Token).ConfigureAwait(false)
                ?? await AskNewAsync(socket, call, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            return null;
        }
    }

    private async Task<KeptCommand> AskNewAsync(string socket, SshCall call, CancellationToken cancellationToken)
    {
        using var turn = await TurnAsync($"{socket}.lock", cancellationToken).ConfigureAwait(false);
        if (await AskServedAsync(socket, call, cancellationToken).ConfigureAwait(false) is { } another)
            return another;
        File.Delete(socket); // of one that was killed
        start(socket);
        while (true)
        {
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            if (await AskServedAsync(socket, call, cancellationToken).ConfigureAwait(false) is { } served)
                return served;
        }
    }

    private static async Task<KeptCommand?> AskServedAsync(string socket, SshCall call, CancellationToken cancellationToken)
    {
        if (KeeperSocket.Connect(socket) is not { } link)
            return null;
        var command = await KeptCommand.AskAsync(link, call, cancellationToken).ConfigureAwait(false);
        var isServed = false;
        try
        {
            isServed = await command.IsServedAsync(cancellationToken).ConfigureAwait(false);
            return isServed ? command : null;
        }
        finally
        {
            if (!isServed)
                await command.DisposeAsync().ConfigureAwait(false);
        }
    }

    // One of many starts it.
    private static async Task<FileStream> TurnAsync(string lockFile, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(lockFile))
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
