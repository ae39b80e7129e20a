using System.Buffers;
using System.IO.Pipelines;

namespace CrCache.Ssh;

/// <summary>What has come for one stream; says how much of it was read, so that more is sent.</summary>
/// <param name="reader">Where it is kept.</param>
/// <param name="consumed">Gets how many bytes were read, or are read by nobody.</param>
internal sealed class ReceivingStream(PipeReader reader, Action<long> consumed) : SshStream
{
    private readonly Lock _lock = new();
    private bool _isReading;
    private bool _isOver;

    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_isOver || buffer.Length == 0)
                return 0;
            _isReading = true;
        }

        var count = 0;
        try
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var part = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
            part.CopyTo(buffer.Span);
            count = (int)part.Length;
            reader.AdvanceTo(part.End);
        }
        finally
        {
            lock (_lock)
            {
                _isReading = false;
                if (_isOver)
                    GiveUp();
            }
        }

        if (count > 0)
            consumed(count);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            _isOver = true;
            if (_isReading)
                reader.CancelPendingRead();
            else
                GiveUp();
        }

        base.Dispose(disposing);
    }

    // What nobody reads must not keep another stream from coming.
    private void GiveUp()
    {
        if (reader.TryRead(out var rest))
            consumed(rest.Buffer.Length);
        reader.Complete();
    }
}
