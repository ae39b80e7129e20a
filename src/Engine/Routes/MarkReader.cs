using System.Buffers;
using System.Text;

namespace CrCache.Routes;

/// <summary>Takes the marks of an <see cref="SshWatch"/> out of a stream of bytes, however it is cut into pieces.</summary>
internal sealed class MarkReader(string mark, Action<string> found)
{
    private const byte Edge = 1;
    private const int LongestValue = 32;

    private readonly byte[] _start = [Edge, .. Encoding.ASCII.GetBytes(mark)];
    private byte[] _held = [];

    /// <summary>Passes bytes on.</summary>
    /// <param name="bytes">The next piece.</param>
    /// <param name="output">Gets what is not a mark; the last bytes are held back while they may be the start of one.</param>
    public void Read(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        byte[] all = [.. _held, .. bytes];
        ReadOnlySpan<byte> rest = all;
        while (true)
        {
            var at = rest.IndexOf(_start);
            if (at < 0)
            {
                var keep = PartialStart(rest);
                output.Write(rest[..^keep]);
                _held = rest[^keep..].ToArray();
                return;
            }

            output.Write(rest[..at]);
            rest = rest[at..];
            var value = rest[_start.Length..];
            var end = value.IndexOf(Edge);
            if (end < 0 && value.Length <= LongestValue)
            {
                _held = rest.ToArray();
                return;
            }

            if (end is >= 0 and <= LongestValue)
            {
                found(Encoding.ASCII.GetString(value[..end]));
                rest = value[(end + 1)..];
            }
            else
            {
                output.Write(rest[..1]);
                rest = rest[1..];
            }
        }
    }

    /// <summary>The stream has ended: what was held back is no mark.</summary>
    public void End(IBufferWriter<byte> output)
    {
        output.Write(_held);
        _held = [];
    }

    private int PartialStart(ReadOnlySpan<byte> bytes)
    {
        for (var length = Math.Min(bytes.Length, _start.Length - 1); length > 0; length--)
            if (bytes.EndsWith(_start.AsSpan(0, length)))
                return length;
        return 0;
    }
}
