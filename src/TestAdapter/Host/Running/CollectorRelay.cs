using System.Net;
using System.Net.Sockets;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>
/// Lets several hosts talk to the one connection that data collectors offer a test host: one question at a time, each
/// answered before the next, and one end of session for all.
/// </summary>
internal sealed class CollectorRelay : IAsyncDisposable
{
    private readonly TcpListener? _listener;
    private readonly FrameChannel? _collector;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _accepting = Task.CompletedTask;

    private CollectorRelay()
    {
    }

    private CollectorRelay(FrameChannel collector)
    {
        _collector = collector;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener, collector);
    }

    /// <summary>Where hosts connect to; 0 where no collector wants to hear of single tests.</summary>
    public int Port { get; }

    /// <summary>Connects to the data collectors.</summary>
    /// <param name="port">Where they listen; 0 for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<CollectorRelay> OpenAsync(int port, CancellationToken cancellationToken) =>
        port == 0 ? new() : new(await LoopbackConnection.OpenAsync(new(IPAddress.Loopback, port), cancellationToken));

    /// <summary>Tells the collectors that the tests are over.</summary>
    public async Task EndSessionAsync()
    {
        if (_collector is null)
            return;
        try
        {
            await _collector.SendAsync(Message.Of(MessageTypes.Terminate).Frame, CancellationToken.None);
        }
        catch (IOException)
        {
            // Collectors that are gone need no telling.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener?.Dispose();
        await _accepting;
        if (_collector is not null)
            await _collector.DisposeAsync();
        _stop.Dispose();
        _turn.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, FrameChannel collector)
    {
        List<Task> relays = [];
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(_stop.Token);
                socket.NoDelay = true;
                relays.Add(RelayAsync(new FrameChannel(new NetworkStream(socket, ownsSocket: true)), collector));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(FrameChannel host, FrameChannel collector)
    {
        await using (host)
            try
            {
                while (await host.ReceiveAsync(_stop.Token) is { } question)
                    if (Message.Parse(question).Type != MessageTypes.Terminate)
                        await host.SendAsync([await AskAsync(collector, question)], _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The host ended, or the collectors did: the run itself shows which.
            }
    }

    private async Task<ReadOnlyMemory<byte>> AskAsync(FrameChannel collector, ReadOnlyMemory<byte> question)
    {
        await _turn.WaitAsync(_stop.Token);
        try
        {
            await collector.SendAsync([question], _stop.Token);
            return await collector.ReceiveAsync(_stop.Token) ?? throw new IOException("the data collectors are gone");
        }
        finally
        {
            _ = _turn.Release();
        }
    }
}
