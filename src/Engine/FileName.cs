using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices.Marshalling;
using System.Text;
using System.Text.Unicode;

namespace CrCache;

/// <summary>
/// Names of files as text. A name is bytes, and mostly UTF-8: a byte that is not is half a surrogate pair here, U+DC00 and its value, which no
/// text holds. So every name is kept and compared as any other text is, and becomes what it was where the system gets it.
/// </summary>
internal static class FileName
{
    private const int Base = 0xdc00;

    /// <summary>Reads a name.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        StringBuilder text = new(bytes.Length);
        for (; bytes.Length > 0;)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done)
                text.Append(rune.ToString());
            else
                (used, _) = (1, text.Append((char)(Base + bytes[0])));
            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>Writes a name.</summary>
    /// <param name="text">The name.</param>
    /// <param name="bytes">Where to: three times its length is always enough.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="UsageException">It holds half a surrogate pair that stands for no byte.</exception>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        for (var total = 0; ;)
        {
            var status = Utf8.FromUtf16(text, bytes[total..], out var read, out var written, replaceInvalidSequences: false);
            total += written;
            if (status == OperationStatus.Done)
                return total;
            if (status == OperationStatus.DestinationTooSmall || !IsByte(text[read]))
                throw new UsageException($"'{Show(text.ToString())}' is not valid Unicode, and no file has such a name");
            bytes[total++] = (byte)(text[read] - Base);
            text = text[(read + 1)..];
        }
    }

    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, Span{byte})"/>
    public static byte[] Encode(string text)
    {
        var bytes = new byte[text.Length * 3];
        return bytes[..Encode(text, bytes)];
    }

    /// <summary>Whether it has bytes that are not UTF-8.</summary>
    public static bool HasBytes(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]))
                i++;
            else if (IsByte(text[i]))
                return true;
        }

        return false;
    }

    /// <summary>A text with a name in it as it is shown: bytes that are not UTF-8 are written out, as in <c>\xff</c>.</summary>
    public static string Show(string text)
    {
        if (!HasBytes(text))
            return text;
        StringBuilder shown = new(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length)
                shown.Append(text[i]).Append(text[++i]);
            else if (IsByte(text[i]))
                shown.Append(CultureInfo.InvariantCulture, $@"\x{text[i] - Base:x2}");
            else
                shown.Append(text[i]);
        }

        return shown.ToString();
    }

    private static bool IsByte(char c) => c is >= '\udc80' and <= '\udcff';

    /// <summary>Hands names to the system.</summary>
    [CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
    internal static unsafe class Marshaller
    {
        /// <summary>One name, for the time of one call.</summary>
        internal ref struct In
        {
            private byte[]? _rented;
            private Span<byte> _bytes;

            public static int BufferSize => 256;

            public void FromManaged(string text, Span<byte> buffer)
            {
                // A name that the system would see cut off is none.
                if (text.Contains('\0', StringComparison.Ordinal))
                    throw new UsageException($"'{text.Replace("\0", "\\0", StringComparison.Ordinal)}' holds a NUL character, and no file has such a name");
                var most = (text.Length * 3) + 1;
                _bytes = most <= buffer.Length ? buffer : _rented = ArrayPool<byte>.Shared.Rent(most);
                _bytes[Encode(text, _bytes)] = 0;
            }

            public readonly ref byte GetPinnableReference() => ref _bytes.GetPinnableReference();

            public readonly byte* ToUnmanaged() => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _bytes.GetPinnableReference());

            public readonly void Free()
            {
                if (_rented is not null)
                    ArrayPool<byte>.Shared.Return(_rented);
            }
        }
    }
}
