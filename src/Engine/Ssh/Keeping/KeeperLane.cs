using System.Buffers.Binary;
using System.IO.Pipelines;

namespace CrCache.Ssh.Keeping;

/// <summary>
/// One stream between keeper and client, with a window of its own: whoever writes waits for who reads, and a stream that nobody reads keeps no other from coming.
/// </summary>
/// <param name="link">What it goes over.</param>
/// <param name="kind">Which stream it is.</param>
internal sealed class KeeperLane(KeeperLink link, KeeperFrame kind)
{
    private const int Window = 1024 * 1024;
    private const int Share = Window / 4;
    private const int Most = 128 * 1024;
    private const int Segment = 32 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: Segment, useSynchronizationContext: false));
    private readonly SendWindow _window = new(Window);
    private readonly ReadCredit _credit = new(Share);

    /// <summary>What the other end has written to it.</summary>
    public PipeReader Reader => _pipe.Reader;

    /// <summary>Takes what has come for it; nothing is its end.</summary>
    public void Receive(ReadOnlySpan<byte> content)
    {
        if (content.Length == 0)
        {
            _pipe.Writer.Complete();
            return;
        }

        System.Buffers.BuffersExtensions.Write(_pipe.Writer, content);
        var flushed = _pipe.Writer.FlushAsync();
        if (flushed is { IsCompleted: true, Result.IsCompleted: true })
            _ = ConsumedAsync(content.Length).AsTask(); // nobody reads any more
    }

    /// <summary>Says that so many bytes were read.</summary>
    public async ValueTask ConsumedAsync(long count)
    {
        if (_credit.Add(count) is not (var due and > 0))
            return;
        var content = new byte[1 + sizeof(int)];
        content[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(1), (int)due);
        try
        {
            await link.SendAsync(KeeperFrame.Credit, content).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The link's reader hears that the other end has gone.
        }
    }

    /// <summary>Lets so many bytes more be written.</summary>
    public void Grant(int count) => _window.Grant(count);

    /// <summary>Ends it on this side: nothing more comes, and nothing more goes.</summary>
    public void End()
    {
        _pipe.Writer.Complete();
        _window.End();
    }

    /// <summary>Writes to it.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (data.Length > 0)
        {
            var count = await _window.TakeAsync(Math.Min(Most, data.Length), cancellationToken).ConfigureAwait(false);
            await link.SendAsync(kind, data[..count], cancellationToken).ConfigureAwait(false);
            data = data[count..];
        }
    }

    /// <summary>Sends the end of what was written to it.</summary>
    public async ValueTask CompleteAsync()
    {
        if (!_window.End())
            return;
        try
        {
            await link.SendAsync(kind, default).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // As above.
        }
    }
}
