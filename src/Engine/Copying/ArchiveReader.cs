using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CrCache.Copying;

/// <summary>
/// Reads a tar archive that another machine sends, as GNU's, busybox's and BSD's tar write it. Nothing in it is taken on trust: what does not add up
/// ends the reading.
/// </summary>
/// <param name="stream">The archive; it is not disposed of.</param>
internal sealed class ArchiveReader(Stream stream) : IDisposable
{
    private const int Block = ArchiveWriter.Block;
    private const int MostExtra = 1024 * 1024;
    private const long MostContent = 1L << 60;
    private const int MostParts = 1_000_000;
    private static readonly CompositeFormat Refused = CompositeFormat.Parse("its archive holds {0}");

    private readonly byte[] _header = new byte[Block];
    private long _left;
    private int _padding;

    /// <summary>What the entry that was read last holds, its holes left out.</summary>
    public Stream Content => field ??= new ContentStream(this);

    /// <summary>Goes to the next entry.</summary>
    /// <returns>Null at the archive's end.</returns>
    /// <exception cref="InvalidDataException">It is no archive, or cut off.</exception>
    public async Task<ArchiveEntry?> NextAsync(CancellationToken cancellationToken)
    {
        string? name = null, target = null;
        long? length = null;
        while (true)
        {
            await SkipAsync(_left + _padding, cancellationToken).ConfigureAwait(false);
            (_left, _padding) = (0, 0);
            await ReadBlockAsync(cancellationToken).ConfigureAwait(false);
            if (!_header.AsSpan().ContainsAnyExcept((byte)0))
                return null;
            RequireSum();
            var type = (char)_header[156];
            _left = length ?? Number(124, 12);
            if (_left is < 0 or > MostContent)
                throw Wrong("a length that is none");
            _padding = (int)(-_left & (Block - 1));
            if (type is not ('L' or 'K' or 'x' or 'g'))
                return await EntryAsync(type, name ?? Name(), target ?? Text(157, 100), cancellationToken).ConfigureAwait(false);
            if (_left > MostExtra)
                throw Wrong("a name that is too long");
            var extra = new byte[_left];
            await Content.ReadExactlyAsync(extra, cancellationToken).ConfigureAwait(false);
            switch (type)
            {
                case 'L': name = FileName.Decode(UpToZero(extra)); break;
                case 'K': target = FileName.Decode(UpToZero(extra)); break;
                case 'x':
                    foreach (var (key, value) in Records(extra))
                    {
                        if (key == "path")
                            name = value;
                        else if (key == "linkpath")
                            target = value;
                        else if (key == "size")
                            length = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw Wrong("a length that is none");
                        else if (key.StartsWith("GNU.sparse.", StringComparison.Ordinal))
                            throw Wrong("a file with holes in a format that is not known");
                    }

                    break;
            }
        }
    }

    public void Dispose() => Content.Dispose();

    private async Task<ArchiveEntry> EntryAsync(char type, string name, string target, CancellationToken cancellationToken)
    {
        ArchiveEntry entry = new()
        {
            Name = name,
            Target = target,
            Length = _left,
            IsHardLink = type == '1',
            Kind = type switch { '0' or '\0' or '7' or 'S' => CopyKind.File, '5' => CopyKind.Directory, '2' => CopyKind.Link, '1' => CopyKind.File, _ => CopyKind.Special },
        };

        // Of all others nothing follows, whatever they say.
        if (entry.Kind != CopyKind.File || entry.IsHardLink)
        {
            if (type is '1' or '2' or '3' or '4' or '5' or '6')
                (_left, _padding) = (0, 0);
            return entry with { Length = 0 };
        }

        return type == 'S' ? await SparseAsync(entry, cancellationToken).ConfigureAwait(false) : entry;
    }

    /// <summary>Reads where a file with holes holds something, as GNU's own format has it.</summary>
    private async Task<ArchiveEntry> SparseAsync(ArchiveEntry entry, CancellationToken cancellationToken)
    {
        List<FilePart> parts = [];
        var length = Number(483, 12);
        var more = Parts(386, 4, 482);
        var extensions = 0L;
        while (more)
        {
            await ReadBlockAsync(cancellationToken).ConfigureAwait(false);
            extensions++;
            more = Parts(0, 21, 504);
            if (parts.Count > MostParts)
                throw Wrong("a file with too many holes");
        }

        var at = 0L;
        foreach (var part in parts)
        {
            if (part.Length < 0 || part.Start < at || part.Length > length - part.Start)
                throw Wrong("a file whose parts do not fit it");
            at = part.Start + part.Length;
        }

        return parts.Sum(p => p.Length) == _left
            ? entry with { Length = length, Parts = [.. parts.Where(p => p.Length > 0)] }
            : throw Wrong("a file whose parts do not fit it");

        bool Parts(int offset, int count, int flag)
        {
            for (var i = 0; i < count && _header[offset + (i * 24)] != 0; i++)
                parts.Add(new(Number(offset + (i * 24), 12), Number(offset + (i * 24) + 12, 12)));
            return _header[flag] != 0;
        }
    }

    private static InvalidDataException Wrong(string what) => new(string.Format(CultureInfo.InvariantCulture, Refused, what));

    private static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> bytes) => bytes.IndexOf((byte)0) is var end and >= 0 ? bytes[..end] : bytes;

    /// <summary>The records of a pax header: their length, a key and a value.</summary>
    private static List<(string Key, string Value)> Records(ReadOnlySpan<byte> bytes)
    {
        List<(string, string)> records = [];
        while (bytes.Length > 0)
        {
            var space = bytes.IndexOf((byte)' ');
            if (space <= 0
                || !int.TryParse(bytes[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > bytes.Length || bytes[length - 1] != '\n')
            {
                throw Wrong("a header that cannot be read");
            }

            var record = bytes[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals > 0)
                records.Add((Encoding.ASCII.GetString(record[..equals]), FileName.Decode(record[(equals + 1)..])));
            bytes = bytes[length..];
        }

        return records;
    }

    private string Name()
    {
        var isPosix = _header[262] == 0 && _header.AsSpan(257, 5).SequenceEqual("ustar"u8);
        var prefix = isPosix ? Text(345, 155) : "";
        return prefix.Length > 0 ? $"{prefix}/{Text(0, 100)}" : Text(0, 100);
    }

    private string Text(int offset, int length) => FileName.Decode(UpToZero(_header.AsSpan(offset, length)));

    private long Number(int offset, int length)
    {
        var field = _header.AsSpan(offset, length);
        if ((field[0] & 0x80) != 0)
        {
            // Binary; what does not fit 64 bits is no length.
            var negative = (field[0] & 0x40) != 0;
            var rest = length > 8 ? field[1..^8] : [];
            return !negative && rest.ContainsAnyExcept((byte)0) ? -1 : BinaryPrimitives.ReadInt64BigEndian(field[^8..]) & (length > 8 ? -1 : 0x7fffffffffffffff);
        }

        long number = 0;
        foreach (var digit in UpToZero(field).Trim((byte)' '))
            number = digit is >= (byte)'0' and <= (byte)'7' && number >= 0 ? (number << 3) | (uint)(digit - '0') : throw Wrong("a number that is none");
        return number;
    }

    private void RequireSum()
    {
        var sum = 0L;
        for (var i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? ' ' : _header[i];
        if (Number(148, 8) != sum)
            throw Wrong("a header whose sum is wrong");
    }

    private async Task ReadBlockAsync(CancellationToken cancellationToken) =>
        await stream.ReadExactlyAsync(_header, cancellationToken).ConfigureAwait(false);

    private async Task SkipAsync(long count, CancellationToken cancellationToken)
    {
        if (count == 0)
            return;
        var buffer = new byte[Math.Min(count, 64 * 1024)];
        for (; count > 0; count -= Math.Min(count, buffer.Length))
            await stream.ReadExactlyAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What an entry holds; the end of the archive before its own is an error.</summary>
    private sealed class ContentStream(ArchiveReader reader) : ReadStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (reader._left == 0 || buffer.Length == 0)
                return 0;
            var count = await reader.Stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, reader._left)], cancellationToken).ConfigureAwait(false);
            reader._left -= count > 0 ? count : throw new InvalidDataException("its archive is cut off");
            return count;
        }
    }

    private Stream Stream => stream;
}
