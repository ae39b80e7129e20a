using System.Net.Sockets;
using System.Text;

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
        if (call.Persist == TimeSpan.Zero || await LinkAsync(cancellationToken).ConfigureAwait(false) is not { } link)
            return await alone.StartAsync(call, cancellationToken).ConfigureAwait(false);
        try
        {
            return await AskAsync(link, call, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await link.DisposeAsync().ConfigureAwait(false);
            if (e is IOException)
                throw Gone();
            throw;
        }
    }

    private static async Task<RemoteCommand> AskAsync(KeeperLink link, SshCall call, CancellationToken cancellationToken)
    {
        await link.SendAsync(KeeperFrame.Call, KeeperText.Of(call), cancellationToken).ConfigureAwait(false);
        return await link.ReceiveAsync(cancellationToken).ConfigureAwait(false) switch
        {
            (KeeperFrame.Started, _) => new KeptCommand(link),
            (KeeperFrame.Failed, var why) when Encoding.UTF8.GetString(why.Span).Split('\n', 2) is [var code, var message] =>
                throw new SshFailure(message) { Code = code.Length > 0 ? code : null },
            _ => throw Gone(),
        };
    }

    // It may have started the command before: that must not be started twice.
    private static SshFailure Gone() => new("the process that keeps the connection has ended before it could say whether the command was started");

    // One that ends by itself takes no more calls, but may have let one connect.
    private static async Task<KeeperLink?> ReadyAsync(string socket, CancellationToken cancellationToken)
    {
        if (await KeeperSocket.ConnectAsync(socket, cancellationToken).ConfigureAwait(false) is not { } link)
            return null;
        var isReady = false;
        try
        {
            isReady = await link.ReceiveAsync(cancellationToken).ConfigureAwait(false) is (KeeperFrame.Ready, _);
            return isReady ? link : null;
        }
        finally
        {
            if (!isReady)
                await link.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<KeeperLink?> LinkAsync(CancellationToken cancellationToken)
    {
        if (path() is not { } socket)
            return null;

        // Also one that is there may be stopped: then it is done without.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTime);
        try
        {
            if (await ReadyAsync(socket, limit.Token).ConfigureAwait(false) is { } link)
                return link;
            using var turn = await TurnAsync($"{socket}.lock", limit.Token).ConfigureAwait(false);
            if (await ReadyAsync(socket, limit.Token).ConfigureAwait(false) is { } another)
                return another;
            File.Delete(socket); // of one that was killed
            start(socket);
            while (true)
            {
                await Task.Delay(Pause, limit.Token).ConfigureAwait(false);
                if (await ReadyAsync(socket, limit.Token).ConfigureAwait(false) is { } started)
                    return started;
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
