using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace CrCache.Lab;

/// <summary>
/// A port of the loopback address whose connections are carried on to a server: slowly, late, not at all for a while, or until they are cut.
/// </summary>
public sealed class Relay : IDisposable
{
    private const int ChunkSize = 16 * 1024;

    private readonly Func<CancellationToken, Task<RelayEnd>> _connect;
    private readonly CancellationTokenSource _ended = new();
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly List<IDisposable> _open = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _passable = Passing();
    private long _left = long.MaxValue;
    private long _carried;

    /// <param name="connect">Makes the connection that one is carried on to.</param>
    internal Relay(Func<CancellationToken, Task<RelayEnd>> connect)
    {
        _connect = connect;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(200);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync();
    }

    /// <summary>Carries on to a server.</summary>
    /// <param name="server">The server.</param>
    public Relay(SshServer server)
        : this(IPAddress.Parse(server.Address), server.Port)
    {
    }

    private Relay(IPAddress address, int port)
        : this(async token =>
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address, port, token);
            NetworkStream stream = new(socket, ownsSocket: true);
            return new(stream, stream, stream);
        })
    {
    }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>How much each way of each connection carries a second; null for what it can.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>How long everything is on its way, each way.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How many connections were made.</summary>
    public int Connections { get; private set; }

    /// <summary>How many bytes were carried, both ways.</summary>
    public long Carried => Interlocked.Read(ref _carried);

    /// <summary>Nothing is carried any more, and nothing closed: to both ends the other has fallen silent.</summary>
    public void Silence()
    {
        lock (_lock)
        {
            if (_passable.Task.IsCompleted)
                _passable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>What was not carried is carried.</summary>
    public void Resume() => _passable.TrySetResult();

    /// <summary>Resets all connections; new ones are carried.</summary>
    public void Cut()
    {
        IDisposable[] open;
        lock (_lock)
        {
            open = [.. _open];
            _open.Clear();
        }

        foreach (var end in open)
            end.Dispose();
    }

    /// <summary>Cuts once, when so many more bytes have been carried to the server or from it.</summary>
    /// <param name="bytes">How many.</param>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _left, bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Cancel();
        _listener.Dispose();
        Cut();
    }

    private static TaskCompletionSource Passing()
    {
        TaskCompletionSource passing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        passing.SetResult();
        return passing;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_ended.Token);
                Connections++;
                _ = CarryAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task CarryAsync(Socket socket)
    {
        // A connection that is cut is reset: the other end hears of it at once.
        socket.NoDelay = true;
        socket.LingerState = new(true, 0);
        NetworkStream near = new(socket, ownsSocket: true);
        RelayEnd far;
        try
        {
            far = await _connect(_ended.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            await near.DisposeAsync();
            return;
        }

        lock (_lock)
            _open.AddRange([near, far.Owner]);
        await Task.WhenAll(PumpAsync(near, far.Write, () => far.Close()), PumpAsync(far.Read, near, () => socket.Shutdown(SocketShutdown.Send)));
        lock (_lock)
            _open.RemoveAll(o => o == near || o == far.Owner);
        socket.LingerState = new(false, 0);
        await near.DisposeAsync();
        far.Owner.Dispose();
    }

    /// <summary>Carries one way: what was read waits for its time, while more is read.</summary>
    private async Task PumpAsync(Stream from, Stream to, Action close)
    {
        var onTheWay = Channel.CreateBounded<(long Read, byte[] Bytes)>(64);
        try
        {
            await Task.WhenAll(ReadAsync(), WriteAsync());
            close();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut, or one end has gone: the other is to hear of it.
            await from.DisposeAsync();
            await to.DisposeAsync();
        }

        async Task ReadAsync()
        {
            Exception? why = null;
            try
            {
                var buffer = new byte[ChunkSize];
                while (await from.ReadAsync(buffer, _ended.Token) is var count and > 0)
                    await onTheWay.Writer.WriteAsync((Stopwatch.GetTimestamp(), buffer[..count]), _ended.Token);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
            {
                why = e;
            }

            onTheWay.Writer.Complete(why);
        }

        async Task WriteAsync()
        {
            await foreach (var (read, bytes) in onTheWay.Reader.ReadAllAsync(_ended.Token))
            {
                if (Delay - Stopwatch.GetElapsedTime(read) is { Ticks: > 0 } rest)
                    await Task.Delay(rest, _ended.Token);
                await _passable.Task.WaitAsync(_ended.Token);
                if (Interlocked.Add(ref _left, -bytes.Length) <= 0)
                {
                    Interlocked.Exchange(ref _left, long.MaxValue);
                    Cut();
                }

                Interlocked.Add(ref _carried, bytes.Length);
                await to.WriteAsync(bytes, _ended.Token);
                await to.FlushAsync(_ended.Token);
                if (BytesPerSecond is { } rate)
                    await Task.Delay(TimeSpan.FromSeconds((double)bytes.Length / rate), _ended.Token);
            }
        }
    }
}
