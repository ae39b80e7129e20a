using System.Net;
using System.Net.Sockets;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>Connections to the processes of vstest, which all listen on the loopback interface.</summary>
internal static class LoopbackConnection
{
    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<FrameChannel> OpenAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new FrameChannel(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
