using System.Text;

namespace CrCache.Lab;

/// <summary>Reads a stream to its end in the background.</summary>
internal sealed class StreamCapture
{
    private readonly List<byte> _read = [];

    public StreamCapture(Stream stream) => Ended = ReadAsync(stream);

    public Task Ended { get; }

    public byte[] Bytes
    {
        get
        {
            lock (_read)
                return _read.ToArray();
        }
    }

    public string Text => Encoding.UTF8.GetString(Bytes);

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[16384];
        try
        {
            while (await stream.ReadAsync(buffer) is var count and > 0)
                lock (_read)
                    _read.AddRange(buffer.AsSpan(0, count));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Disposed while a descendant still holds the other end.
        }
    }
}
