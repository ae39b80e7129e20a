using System.Net;
using System.Net.Sockets;

namespace CrCache.Ssh;

/// <summary>
/// The way through a bastion. The library connects to addresses only, so there is a port of this machine for it, which lets in one connection of this user
/// and is then closed.
/// </summary>
internal sealed class SshGate : IAsyncDisposable
{
    // Others may come as well.
    private const int Backlog = 64;

    private readonly SshConnection _bastion;
    private readonly SshTarget _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private Task _carried = Task.CompletedTask;

    private SshGate(SshConnection bastion, SshTarget target)
    {
        (_bastion, _target) = (bastion, target);
        _listener.Start(Backlog);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Why the bastion does not lead there; null where it does.</summary>
    public string? Failure { get; private set; }

    /// <summary>Opens a way.</summary>
    /// <param name="bastion">The host it goes through; belongs to the way, unless that is abandoned.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshFailure">It leads nowhere.</exception>
    public static async Task<SshGate> OpenAsync(SshConnection bastion, SshTarget target, CancellationToken cancellationToken)
    {
        SshChannel channel;
        try
        {
            channel = await bastion.ForwardAsync(target.Settings.HostName, target.Settings.Port, cancellationToken).ConfigureAwait(false);
        }
        catch (SshFailure e)
        {
            throw new SshFailure($"{target.Settings.HostName}, port {target.Settings.Port}: {e.Message}", e);
        }

        SshGate gate = new(bastion, target);
        gate._carried = gate.CarryAsync(channel);
        return gate;
    }

    /// <summary>Ends the way, and leaves the bastion as it is.</summary>
    public async ValueTask AbandonAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _carried.ConfigureAwait(false);
        _listener.Dispose();
        _end.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await AbandonAsync().ConfigureAwait(false);
        await _bastion.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CarryAsync(SshChannel channel)
    {
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                var socket = await AcceptAsync().ConfigureAwait(false);
                _listener.Stop();
                socket.NoDelay = true;
                NetworkStream stream = new(socket, ownsSocket: true);
                await using (stream.ConfigureAwait(false))
                {
                    await CarryAsync(stream, channel).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either side has ended it.
            }
        }
    }

    private async Task<Socket> AcceptAsync()
    {
        while (true)
        {
            var socket = await _listener.AcceptSocketAsync(_end.Token).ConfigureAwait(false);
            if (LoopbackPeer.IsOwn(socket))
                return socket;
            socket.Dispose();
        }
    }

    private async Task CarryAsync(Stream stream, SshChannel channel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        var there = stream.CopyToAsync(channel.Input, end.Token);
        var back = channel.Output.CopyToAsync(stream, end.Token);
        await Task.WhenAny(there, back).ConfigureAwait(false);
        if (channel.Ended.IsCompleted && (await channel.Ended.ConfigureAwait(false)).Lost is { } lost)
            Failure = $"{_target.Name}: the connection through the bastion was lost: {lost}";
        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
