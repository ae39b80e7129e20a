using System.Buffers;
using System.IO.Pipelines;

namespace CrCache.TestAdapter.Protocol;

/// <summary>
/// The test platform's framing: each message is its length in bytes, seven bits at a time, the low ones first, and then
/// that much UTF-8. Frames may be sent from several threads; one at a time receives.
/// </summary>
internal sealed class FrameChannel : IAsyncDisposable
{
    /// <summary>Longer frames are refused: no message of a test run comes near it.</summary>
    public const int MaximumLength = 1 << 29;

    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly SemaphoreSlim _sending = new(1, 1);

    public FrameChannel(Stream stream)
    {
        _stream = stream;
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        _writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>Sends one frame made of parts.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            WriteLength(parts.Sum(p => p.Length));
            foreach (var part in parts)
                _writer.Write(part.Span);
            _ = await _writer.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("the connection is closed", e);
        }
        finally
        {
            _ = _sending.Release();
        }
    }

    /// <summary>Receives a frame; null where the other side has closed the connection between two frames.</summary>
    /// <exception cref="ProtocolException">What came is not a frame, or ends in the middle of one.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await ReceiveLengthAsync(cancellationToken) is not { } length)
                return null;
            if (length == 0)
                return ReadOnlyMemory<byte>.Empty;

            var result = await _reader.ReadAtLeastAsync(length, cancellationToken);
            if (result.Buffer.Length < length)
                throw new ProtocolException("the connection ended in the middle of a message");
            var frame = result.Buffer.Slice(0, length).ToArray();
            _reader.AdvanceTo(result.Buffer.GetPosition(length));
            return frame;
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("the connection is closed", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _sending.Dispose();
    }

    private void WriteLength(int length)
    {
        var span = _writer.GetSpan(5);
        var count = 0;
        for (var rest = (uint)length; ; rest >>= 7)
        {
            span[count++] = (byte)(rest > 0x7F ? rest | 0x80 : rest);
            if (rest <= 0x7F)
                break;
        }

        _writer.Advance(count);
    }

    private async Task<int?> ReceiveLengthAsync(CancellationToken cancellationToken)
    {
        uint length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var result = await _reader.ReadAtLeastAsync(1, cancellationToken);
            if (result.Buffer.IsEmpty)
                return shift == 0 ? null : throw new ProtocolException("the connection ended in the middle of a message's length");

            var octet = result.Buffer.FirstSpan[0];
            _reader.AdvanceTo(result.Buffer.GetPosition(1));
            if (shift == 28 && octet > 0x0F)
                throw new ProtocolException("a message's length is not a number");
            length |= (uint)(octet & 0x7F) << shift;
            if ((octet & 0x80) == 0)
                break;
        }

        return length <= MaximumLength
            ? (int)length
            : throw new ProtocolException($"a message of {length} bytes is longer than the {MaximumLength} that are allowed");
    }
}
