using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace CrCache.Ssh.Keeping;

/// <summary>Frames over a socket between two processes of one user.</summary>
/// <param name="socket">The socket; it ends with the link.</param>
internal sealed class KeeperLink(Socket socket) : IAsyncDisposable
{
    private const int Header = 1 + sizeof(uint);
    private const int Longest = 4 * 1024 * 1024;
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED: process, user, group

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    [SuppressMessage("Reliability", "CA2213", Justification = "Whoever is about to write still needs it, and it holds nothing.")]
    private readonly SemaphoreSlim _writing = new(1);
    private readonly byte[] _header = new byte[Header];
    private byte[] _received = new byte[64 * 1024];

    /// <summary>The user at the other end.</summary>
    public uint Peer
    {
        get
        {
            Span<byte> credentials = stackalloc byte[3 * sizeof(int)];
            socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
            return BitConverter.ToUInt32(credentials[sizeof(int)..]);
        }
    }

    /// <summary>Sends a frame.</summary>
    /// <exception cref="IOException">The other end has gone.</exception>
    public async ValueTask SendAsync(KeeperFrame kind, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _header[0] = (byte)kind;
            BinaryPrimitives.WriteInt32BigEndian(_header.AsSpan(1), content.Length);
            await _stream.WriteAsync(_header, CancellationToken.None).ConfigureAwait(false);
            if (content.Length > 0)
                await _stream.WriteAsync(content, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("Broken pipe", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Receives a frame; its content is good until the next one is received.</summary>
    /// <returns>Null where the other end has gone, or speaks otherwise.</returns>
    public async ValueTask<(KeeperFrame Kind, ReadOnlyMemory<byte> Content)?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _stream.ReadExactlyAsync(_received.AsMemory(0, Header), cancellationToken).ConfigureAwait(false);
            var kind = (KeeperFrame)_received[0];
            var length = BinaryPrimitives.ReadInt32BigEndian(_received.AsSpan(1));
            if (!Enum.IsDefined(kind) || length is < 0 or > Longest)
                return null;
            if (_received.Length < length)
                _received = new byte[length];
            await _stream.ReadExactlyAsync(_received.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            return (kind, _received.AsMemory(0, length));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync().ConfigureAwait(false);
}
