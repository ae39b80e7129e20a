using System.Globalization;
using System.Net.Sockets;
using CrCache.Routes;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Hosts;

/// <summary>One of the platform's own test hosts, running.</summary>
internal sealed class StockHost : IAsyncDisposable
{
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(2);

    private readonly RunningCommand _command;
    private readonly Task<CommandResult> _end;
    private readonly HostOutput _output;
    private FrameChannel? _channel;

    public StockHost(string name, RunningCommand command)
    {
        Name = name;
        _command = command;
        _end = command.WaitAsync(CancellationToken.None);
        _output = new HostOutput(command);
    }

    /// <summary>The resource it is on.</summary>
    public string Name { get; }

    /// <summary>What it writes to its standard streams.</summary>
    public HostOutput Output => _output;

    /// <summary>Waits for the host to connect.</summary>
    /// <exception cref="ResourceException">It ended, or took too long.</exception>
    public async Task ConnectAsync(TcpListener listener, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        try
        {
            var connecting = listener.AcceptSocketAsync(patience.Token).AsTask();
            if (await Task.WhenAny(connecting, _end) != connecting)
            {
                await patience.CancelAsync();
                throw new ResourceException(ErrorCodes.TestsNotSpread, $"the test host on {Name} did not start: {await DescribeEndAsync()}");
            }

            var socket = await connecting;
            socket.NoDelay = true;
            _channel = new FrameChannel(new NetworkStream(socket, ownsSocket: true));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ResourceException(
                ErrorCodes.TestsNotSpread,
                string.Create(CultureInfo.InvariantCulture, $"the test host on {Name} did not connect in {limit.TotalSeconds:0} s"));
        }
    }

    /// <summary>Agrees on the protocol's version.</summary>
    /// <param name="version">The highest that is wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The host's answer.</returns>
    /// <exception cref="ResourceException">It ended instead of answering.</exception>
    public async Task<int> NegotiateAsync(int version, CancellationToken cancellationToken)
    {
        await SendAsync(Message.Of(MessageTypes.ProtocolVersion, version), cancellationToken);
        while (await ReceiveAsync(cancellationToken) is { } message)
            if (message.Type == MessageTypes.ProtocolVersion && JsonSlice.Number(message.Payload) is { } agreed)
                return (int)agreed;
        throw new ResourceException(ErrorCodes.TestsNotSpread, $"the test host on {Name} ended at once: {await DescribeEndAsync()}");
    }

    /// <summary>Sends a message; nothing happens where the host is gone, which <see cref="ReceiveAsync"/> tells.</summary>
    public async Task SendAsync(Message message, CancellationToken cancellationToken)
    {
        try
        {
            await _channel!.SendAsync(message.Frame, cancellationToken);
        }
        catch (IOException)
        {
            // Whoever receives finds the end of the stream.
        }
    }

    /// <summary>Receives the next message; null where the host is gone.</summary>
    /// <exception cref="ProtocolException">It speaks another protocol.</exception>
    public async Task<Message?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _channel!.ReceiveAsync(cancellationToken) is { } frame ? Message.Parse(frame) : null;
        }
        catch (IOException e) when (e is not ProtocolException)
        {
            return null;
        }
    }

    /// <summary>Whether the way to it was lost, so that nothing is known of how it ended. Waits for its end.</summary>
    public async Task<bool> IsLostAsync()
    {
        try
        {
            _ = await _end.WaitAsync(ExitGrace);
            return false;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (CrCacheException)
        {
            return true;
        }
    }

    /// <summary>How it ended, for people: its exit code or signal and the last it said.</summary>
    public async Task<string> DescribeEndAsync()
    {
        try
        {
            var result = await _end.WaitAsync(ExitGrace);
            var how = result.Signal is { } signal
                ? string.Create(CultureInfo.InvariantCulture, $"signal {signal} ended it")
                : string.Create(CultureInfo.InvariantCulture, $"it ended with exit code {result.ExitCode}");
            return await _output.LastErrorAsync() is { Length: > 0 } words ? $"{how}: {words}" : how;
        }
        catch (TimeoutException)
        {
            return "it closed its connection";
        }
        catch (CrCacheException e)
        {
            return e.Message;
        }
    }

    /// <summary>Asks it to end, and ends it where it does not. Its output is complete afterwards.</summary>
    public async Task StopAsync()
    {
        if (_channel is not null)
            await SendAsync(Message.Of(MessageTypes.Terminate), CancellationToken.None);
        try
        {
            _ = await _end.WaitAsync(ExitGrace);
        }
        catch (TimeoutException)
        {
            await _command.StopAsync(TimeSpan.Zero);
        }
        catch (CrCacheException)
        {
            // The way to it, or its lease, is lost: there is nobody left to stop.
        }

        await _output.DrainAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
            await _channel.DisposeAsync();
        await _command.DisposeAsync();
    }
}
