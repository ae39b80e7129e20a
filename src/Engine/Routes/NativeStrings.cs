using System.Runtime.InteropServices;
using System.Text;

namespace CrCache.Routes;

/// <summary>A null-terminated vector of C strings, as <c>exec</c> takes it.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private void* _block;

    /// <exception cref="UsageException">A string holds a NUL, or half a surrogate pair: the operating system cannot take it.</exception>
    public NativeStrings(IReadOnlyCollection<string> strings)
    {
        var size = strings.Sum(Length);
        var table = (strings.Count + 1) * sizeof(byte*);
        _block = NativeMemory.Alloc((nuint)(table + size));
        Pointers = (byte**)_block;
        var next = (byte*)_block + table;
        var left = size;
        var i = 0;
        foreach (var text in strings)
        {
            var written = Strict.GetBytes(text, new Span<byte>(next, left));
            next[written] = 0;
            Pointers[i++] = next;
            next += written + 1;
            left -= written + 1;
        }

        Pointers[i] = null;
    }

    public byte** Pointers { get; }

    public byte* First => Pointers[0];

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }

    /// <summary>How many bytes a word takes.</summary>
    /// <exception cref="UsageException">It holds a NUL, or half a surrogate pair.</exception>
    public static int Length(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new UsageException($"'{text.Replace("\0", "\\0", StringComparison.Ordinal)}' holds a NUL character, which no command can be given");
        try
        {
            return Strict.GetByteCount(text) + 1;
        }
        catch (EncoderFallbackException)
        {
            throw new UsageException($"'{text}' is not valid Unicode, and no command can be given it");
        }
    }
}
