namespace CrCache.Copying;

/// <summary>
/// Reads a stream as if it had exactly the length that was announced, as an archive's header has it: a file that grows
/// meanwhile is cut there, and one that shrinks is an error.
/// </summary>
internal sealed class FixedLengthStream(Stream stream, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    // The tar writer asks for the length of what says that it can seek; it never does.
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => Advance(stream.Read(Limit(buffer)), buffer.Length);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Advance(
        await stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _position)], cancellationToken).ConfigureAwait(false),
        buffer.Length);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }

    private Span<byte> Limit(Span<byte> buffer) => buffer[..(int)Math.Min(buffer.Length, length - _position)];

    private int Advance(int count, int asked)
    {
        if (count == 0 && asked > 0 && _position < length)
            throw new EndOfStreamException("it became shorter while it was read");
        _position += count;
        return count;
    }
}
