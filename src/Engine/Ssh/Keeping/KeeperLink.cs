using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace CrCache.Ssh.Keeping;

/// <summary>Frames over a socket between two processes of one user.</summary>
/// <param name="stream">The socket; it ends with the link.</param>
/// <param name="wake">
/// Ends the wait of whoever is in a call, where the link waits in the calls themselves: a process that makes few of them and ends would spend more time on
/// threads that wait for it. Null where it does not.
/// </param>
internal sealed class KeeperLink(Stream stream, Action? wake) : IAsyncDisposable
{
    private const int Header = 1 + sizeof(uint);
    private const int Longest = 4 * 1024 * 1024;

    [SuppressMessage("Reliability", "CA2213", Justification = "Whoever is about to write still needs it, and it holds nothing.")]
    private readonly SemaphoreSlim _writing = new(1);
    private byte[] _sent = new byte[4096];
    private byte[] _received = new byte[64 * 1024];
    private int _begin;
    private int _end;

    /// <summary>Sends a frame, in one piece: each is a call here, and wakes the other end.</summary>
    /// <exception cref="IOException">The other end has gone.</exception>
    public async ValueTask SendAsync(KeeperFrame kind, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var length = Header + content.Length;
            if (_sent.Length < length)
                _sent = new byte[length];
            _sent[0] = (byte)kind;
            BinaryPrimitives.WriteInt32BigEndian(_sent.AsSpan(1), content.Length);
            content.CopyTo(_sent.AsMemory(Header));
            if (wake is not null)
                stream.Write(_sent.AsSpan(0, length));
            else
                await stream.WriteAsync(_sent.AsMemory(0, length), CancellationToken.None).ConfigureAwait(false);
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
            if (!await HasAsync(Header, cancellationToken).ConfigureAwait(false))
                return null;
            var kind = (KeeperFrame)_received[_begin];
            var length = BinaryPrimitives.ReadInt32BigEndian(_received.AsSpan(_begin + 1));
            _begin += Header;
            if (!Enum.IsDefined(kind) || length is < 0 or > Longest || !await HasAsync(length, cancellationToken).ConfigureAwait(false))
                return null;
            _begin += length;
            return (kind, _received.AsMemory(_begin - length, length));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Ends both directions of a link that waits: what has come is still read, and nothing more comes.</summary>
    public void Shut()
    {
        try
        {
            wake?.Invoke();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    public ValueTask DisposeAsync()
    {
        Shut();
        return stream.DisposeAsync();
    }

    /// <summary>Reads until so many bytes are there.</summary>
    private async ValueTask<bool> HasAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _begin < count)
        {
            if (_received.Length - _begin < count)
            {
                var place = _received.Length < count ? new byte[count] : _received;
                Buffer.BlockCopy(_received, _begin, place, 0, _end - _begin);
                (_received, _begin, _end) = (place, 0, _end - _begin);
            }

            var read = wake is not null
                ? stream.Read(_received.AsSpan(_end))
                : await stream.ReadAsync(_received.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return false;
            _end += read;
        }

        return true;
    }
}
