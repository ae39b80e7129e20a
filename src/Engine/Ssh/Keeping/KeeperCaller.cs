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
        if (call.Persist == TimeSpan.Zero || path() is not { } socket)
            return await alone.StartAsync(call, cancellationToken).ConfigureAwait(false);
        return await StartAsync(await AskAsync(socket, call, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
            ?? await StartAsync(await AskNewAsync(socket, call, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
            ?? await alone.StartAsync(call, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<RemoteCommand?> StartAsync(KeptCommand? command, CancellationToken cancellationToken) =>
        command is null ? null : await command.StartAsync(cancellationToken).ConfigureAwait(false);

    private static async Task<KeptCommand?> AskAsync(string socket, SshCall call, CancellationToken cancellationToken) =>
        KeeperSocket.Connect(socket) is { } link
            ? await KeptCommand.AskAsync(link, call, cancellationToken).ConfigureAwait(false)
            : null;

    private static async Task<KeptCommand?> AskServedAsync(string socket, SshCall call, CancellationToken cancellationToken)
    {
        if (await AskAsync(socket, call, cancellationToken).ConfigureAwait(false) is not { } command)
            return null;
        try
        {
            if (await command.IsServed.WaitAsync(cancellationToken).ConfigureAwait(false))
                return command;
        }
        catch
        {
            await command.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await command.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private async Task<KeptCommand?> AskNewAsync(string socket, SshCall call, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTime);
        try
        {
            using var turn = await TurnAsync($"{socket}.lock", limit.Token).ConfigureAwait(false);
            if (await AskServedAsync(socket, call, limit.Token).ConfigureAwait(false) is { } another)
                return another;
            File.Delete(socket); // of one that was killed
            start(socket);
            while (true)
            {
                await Task.Delay(Pause, limit.Token).ConfigureAwait(false);
                if (await AskServedAsync(socket, call, limit.Token).ConfigureAwait(false) is { } served)
                    return served;
            }
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
