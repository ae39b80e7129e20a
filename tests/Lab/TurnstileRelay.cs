using System.Net;
using System.Net.Sockets;

namespace CrCache.Lab;

/// <summary>A port in front of a server that ends some connections before a word is said, as sshd does with what is over its MaxStartups.</summary>
public sealed class TurnstileRelay : IDisposable
{
    private readonly Relay _relay;

    /// <param name="server">The server.</param>
    /// <param name="turnsAway">Whether the next one is turned away.</param>
    public TurnstileRelay(SshServer server, Func<bool> turnsAway) => _relay = new(async token =>
    {
        if (turnsAway())
            return new(Stream.Null, Stream.Null, Stream.Null);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(server.Address), server.Port, token);
        NetworkStream stream = new(socket, ownsSocket: true);
        return new(stream, stream, stream);
    });

    /// <summary>The port.</summary>
    public int Port => _relay.Port;

    /// <inheritdoc/>
    public void Dispose() => _relay.Dispose();
}
