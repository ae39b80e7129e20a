using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;

namespace CrCache.Ssh.Keeping;

/// <summary>
/// Keeps connections for the user's next commands: started by the first, and gone some time after the last. It runs what whoever has
/// the same user asks it to, and its death costs the others a new login.
/// </summary>
/// <param name="connections">The connections.</param>
/// <param name="time">The clock.</param>
internal sealed class SshKeeper(SshConnections connections, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstCall = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(30);

    private int _clients;

    /// <summary>Serves until nobody needs it any more.</summary>
    /// <param name="path">The socket to make, where there is none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SocketException">The socket cannot be made.</exception>
    public async Task RunAsync(string path, CancellationToken cancellationToken)
    {
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(WatchAsync(path, end), AcceptAsync(listener, end.Token, cancellationToken)).ConfigureAwait(false);

        // Who came between the last look and now has been told that it serves.
        listener.Dispose();
        while (_clients > 0 && !cancellationToken.IsCancellationRequested)
            await Task.Delay(Look, time, CancellationToken.None).ConfigureAwait(false);
        await connections.DisposeAsync().ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listener, CancellationToken noMore, CancellationToken cancellationToken)
    {
        while (!noMore.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(noMore).ConfigureAwait(false);
                Interlocked.Increment(ref _clients);
                _ = ServeAsync(socket, cancellationToken);
            }
            catch (SocketException)
            {
                // Too much is open: when some of it is closed there is room again.
                await Task.Delay(Look, time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Nobody needs it.
            }
        }
    }

    // Its name goes first: who comes later starts another keeper.
    private async Task WatchAsync(string path, CancellationTokenSource end)
    {
        var begin = time.GetTimestamp();
        try
        {
            while (_clients > 0 || (File.Exists(path) && (connections.Count > 0 || time.GetElapsedTime(begin) < FirstCall)))
                await Task.Delay(Look, time, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It is ended from outside.
        }

        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // Its directory is gone as well.
        }

        await end.CancelAsync().ConfigureAwait(false);
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        KeeperLink link = new(new NetworkStream(socket, ownsSocket: true), wake: null);
        try
        {
            await using (link.ConfigureAwait(false))
            {
                if (KeeperSocket.PeerOf(socket) != LocalUser.EffectiveUser())
                    return;
                await link.SendAsync(KeeperFrame.Ready, default, cancellationToken).ConfigureAwait(false);
                if (await link.ReceiveAsync(cancellationToken).ConfigureAwait(false) is not (KeeperFrame.Call, var content))
                    return;
                await RunAsync(link, KeeperText.Call(content), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Whoever it was has gone, or speaks otherwise.
        }
        finally
        {
            Interlocked.Decrement(ref _clients);
        }
    }

    private async Task RunAsync(KeeperLink link, SshCall call, CancellationToken cancellationToken)
    {
        RemoteCommand command;
        try
        {
            command = await connections.StartAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (SshFailure e)
        {
            await link.SendAsync(KeeperFrame.Failed, KeeperText.Of(e), cancellationToken).ConfigureAwait(false);
            return;
        }

        await using (command.ConfigureAwait(false))
        {
            try
            {
                await link.SendAsync(KeeperFrame.Started, default, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                await EndAsync(call, command).ConfigureAwait(false);
                return;
            }

            KeeperLane input = new(link, KeeperFrame.Input), output = new(link, KeeperFrame.Output), error = new(link, KeeperFrame.Error);
            Task[] carried =
            [
                CarryAsync(new ReceivingStream(input.Reader, n => _ = input.ConsumedAsync(n).AsTask()), command.Input),
                CarryAsync(command.Output, new SendingStream(output.WriteAsync, output.CompleteAsync)),
                CarryAsync(command.Error, new SendingStream(error.WriteAsync, error.CompleteAsync)),
            ];
            var listened = Task.CompletedTask;
            try
            {
                listened = ListenAsync(link, command, input, output, error, cancellationToken);
                await Task.WhenAny(command.Ended, listened).ConfigureAwait(false);
                if (command.Ended.IsCompleted)
                {
                    // All that it wrote comes before how it ended; a client that reads no more has gone.
                    await Task.WhenAny(Task.WhenAll(carried[1], carried[2]), listened).ConfigureAwait(false);
                    await link.SendAsync(KeeperFrame.End, KeeperText.Of(await command.Ended.ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
                }
            }
            catch (IOException)
            {
                // The client has gone.
            }

            if (!command.Ended.IsCompleted)
                await EndAsync(call, command).ConfigureAwait(false);
            input.End();
            output.End();
            error.End();
        }
    }

    /// <summary>Ends a command whose caller has gone.</summary>
    private async Task EndAsync(SshCall call, RemoteCommand command)
    {
        using CancellationTokenSource limit = new(EndTime, time);
        try
        {
            foreach (var line in call.Abandon)
            {
                var ending = await connections.StartAsync(call with { Line = line, Terminal = null }, limit.Token).ConfigureAwait(false);
                await using (ending.ConfigureAwait(false))
                {
                    await ending.Ended.WaitAsync(limit.Token).ConfigureAwait(false);
                }

                await ((Task)command.Ended).WaitAsync(Grace, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (command.Ended.IsCompleted)
                    return;
            }
        }
        catch (Exception e) when (e is SshFailure or OperationCanceledException)
        {
            // The host does not answer; the watch there ends the command with the connection.
        }
    }

    private static async Task ListenAsync(
        KeeperLink link, RemoteCommand command, KeeperLane input, KeeperLane output, KeeperLane error, CancellationToken cancellationToken)
    {
        while (await link.ReceiveAsync(cancellationToken).ConfigureAwait(false) is var (kind, content))
        {
            if (kind == KeeperFrame.Input)
                input.Receive(content.Span);
            else if (kind == KeeperFrame.Resize && content.Length == 2 * sizeof(int))
                command.Resize(BinaryPrimitives.ReadInt32BigEndian(content.Span), BinaryPrimitives.ReadInt32BigEndian(content.Span[sizeof(int)..]));
            else if (kind == KeeperFrame.Credit && content.Length == 1 + sizeof(int))
                (content.Span[0] == (byte)KeeperFrame.Output ? output : error).Grant(BinaryPrimitives.ReadInt32BigEndian(content.Span[1..]));
        }
    }

    private static async Task CarryAsync(Stream from, Stream to)
    {
        try
        {
            await using (from.ConfigureAwait(false))
            await using (to.ConfigureAwait(false))
            {
                await from.CopyToAsync(to).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // One of the two has gone, and the other is told.
        }
    }
}
