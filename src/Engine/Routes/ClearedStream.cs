using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>
/// The output of a command without what the login's shell has written before it, such as the greeting of a <c>.bashrc</c>: nothing counts until the mark
/// of the <see cref="SshWatch"/>.
/// </summary>
/// <param name="stream">What the host sends.</param>
/// <param name="mark">The mark.</param>
internal sealed class ClearedStream(Stream stream, byte[] mark) : SshStream
{
    private const int PieceSize = 4096;

    private byte[] _held = [];
    private bool _isCleared;

    /// <summary>The last part of what does not count.</summary>
    public Tail Before { get; } = new(4096);

    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_isCleared)
        {
            var piece = new byte[PieceSize];
            var count = await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return 0;
            byte[] all = [.. _held, .. piece.AsSpan(0, count)];
            var at = all.AsSpan().IndexOf(mark);
            Before.Add(piece.AsSpan(0, count));
            _isCleared = at >= 0;
            _held = at >= 0 ? all[(at + mark.Length)..] : all[Math.Max(0, all.Length - mark.Length + 1)..];
        }

        if (_held.Length == 0 || buffer.Length == 0)
            return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        var part = Math.Min(buffer.Length, _held.Length);
        _held.AsSpan(0, part).CopyTo(buffer.Span);
        _held = _held[part..];
        return part;
    }

    public override async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }
}
