using System.Buffers.Binary;

namespace CrCache.TestAdapter.Relaying;

/// <summary>
/// Two connections on one pair of streams: each frame is the connection's number, a length, and that many bytes. A length of 0
/// opens the connection, one of -1 ends it.
/// </summary>
/// <param name="input">What the other end writes.</param>
/// <param name="output">What the other end reads.</param>
internal sealed class Wire(Stream input, Stream output) : IDisposable
{
    /// <summary>How many connections there are: the host's to its runner, and to data collectors.</summary>
    public const int Count = 2;

    private const int HeaderLength = 5;
    private const int Opened = 0;
    private const int Ended = -1;
    private const int BufferLength = 64 * 1024;

    private readonly Stream?[] _connections = new Stream?[Count];
    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <summary>Opens a connection at the other end, and hands on what comes from this one until it ends.</summary>
    public async Task AttachAsync(int number, Stream connection, bool announce)
    {
        _connections[number] = connection;
        try
        {
            if (announce)
                await SendAsync(number, Opened, default);
            var buffer = new byte[BufferLength];
            while (await ReadAsync(connection, buffer) is > 0 and var length)
                await SendAsync(number, length, buffer.AsMemory(0, length));
            await SendAsync(number, Ended, default);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other end is gone: whoever reads from it finds out as well.
        }
    }

    /// <summary>Hands on what comes from the other end, until it ends; then all connections are closed.</summary>
    /// <param name="open">Connects where the other end opened a connection; what it gives is attached.</param>
    public async Task PumpAsync(Func<int, Task<Stream>> open)
    {
        var header = new byte[HeaderLength];
        var buffer = new byte[BufferLength];
        List<Task> attached = [];
        try
        {
            while (await input.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength)
            {
                var number = header[0];
                var length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1));
                if (number >= Count || length is < Ended or > BufferLength)
                    return;
                if (length == Opened)
                    attached.Add(AttachAsync(number, await open(number), announce: false));
                else if (length == Ended)
                    Close(number);
                else
                    await HandOnAsync(number, buffer.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            // The other end is gone, or nobody listens here any more.
        }
        finally
        {
            for (var i = 0; i < Count; i++)
                Close(i);
            await Task.WhenAll(attached);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sending.Dispose();

    private async Task HandOnAsync(int number, Memory<byte> data)
    {
        await input.ReadExactlyAsync(data);
        try
        {
            if (_connections[number] is { } connection)
                await connection.WriteAsync(data);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Whoever had this connection does not want it any more; the other one goes on.
        }
    }

    private async Task SendAsync(int number, int length, ReadOnlyMemory<byte> data)
    {
        var frame = new byte[HeaderLength + data.Length];
        frame[0] = (byte)number;
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), length);
        data.CopyTo(frame.AsMemory(HeaderLength));
        await _sending.WaitAsync();
        try
        {
            await output.WriteAsync(frame);
            await output.FlushAsync();
        }
        finally
        {
            _ = _sending.Release();
        }
    }

    private void Close(int number) => _connections[number]?.Dispose();

    private static async Task<int> ReadAsync(Stream connection, byte[] buffer)
    {
        try
        {
            return await connection.ReadAsync(buffer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
