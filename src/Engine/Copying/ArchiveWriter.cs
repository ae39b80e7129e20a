using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>
/// Writes a tar archive as both GNU's and busybox's tar read it: names as they are, long ones in entries of their own, and the fraction of
/// a time, and holes, as GNU's alone understands them. What is read goes straight into what is sent, which goes on while more is read.
/// </summary>
/// <param name="output">Gets the archive; it is not disposed of.</param>
internal sealed class ArchiveWriter(Stream output)
{
    public const int Block = 512;

    private const int BufferSize = 512 * Block;
    private const int NameLength = 100;
    private const long Second = 1_000_000_000;
    private static readonly byte[] Zeros = new byte[2 * Block];

    private byte[] _buffer = new byte[BufferSize];
    private byte[] _other = new byte[BufferSize];
    private int _used;
    private long _content;
    private Task _writing = Task.CompletedTask;

    /// <summary>Whether the archive cannot be written any more: what went wrong is not what is read.</summary>
    public bool HasFailed => _writing.IsFaulted;

    /// <summary>Begins an entry; a file's content is to follow.</summary>
    public async ValueTask BeginAsync(ArchiveEntry entry, CancellationToken cancellationToken)
    {
        var (name, target) = (FileName.Encode(entry.Name), FileName.Encode(entry.Target));
        var extras = Extras(entry);
        if (name.Length > NameLength)
            await ExtraAsync('L', [.. name, 0], cancellationToken).ConfigureAwait(false);
        if (target.Length > NameLength)
            await ExtraAsync('K', [.. target, 0], cancellationToken).ConfigureAwait(false);
        var map = entry.Parts is null ? [] : Map(entry.Parts, entry.Length);
        if (extras.Length > 0)
            await ExtraAsync('x', extras, cancellationToken).ConfigureAwait(false);
        var size = entry.Kind != CopyKind.File ? 0 : entry.Parts is { } parts ? map.Length + parts.Sum(p => p.Length) : entry.Length;
        var type = entry.Kind switch { CopyKind.Directory => '5', CopyKind.Link => '2', _ => '0' };
        await ReserveAsync(Block, cancellationToken).ConfigureAwait(false);
        Header(name, target, type, entry.Mode, size, Math.DivRem(entry.Modified, Second).Quotient);
        await WriteAsync(map, cancellationToken).ConfigureAwait(false);
        _content = size;
    }

    /// <summary>Writes a part of a file's content.</summary>
    /// <exception cref="EndOfStreamException">It has become shorter.</exception>
    public async ValueTask WriteAsync(SafeFileHandle file, FilePart part, CancellationToken cancellationToken)
    {
        for (long done = 0; done < part.Length;)
        {
            await ReserveAsync(1, cancellationToken).ConfigureAwait(false);
            var count = RandomAccess.Read(file, _buffer.AsSpan(_used, (int)Math.Min(_buffer.Length - _used, part.Length - done)), part.Start + done);
            Advance(count);
            done += count;
        }
    }

    /// <summary>Writes a part of a file's content.</summary>
    /// <exception cref="EndOfStreamException">There is not so much of it.</exception>
    public async ValueTask WriteAsync(Stream stream, long length, CancellationToken cancellationToken)
    {
        for (long done = 0; done < length;)
        {
            await ReserveAsync(1, cancellationToken).ConfigureAwait(false);
            var count = await stream.ReadAsync(_buffer.AsMemory(_used, (int)Math.Min(_buffer.Length - _used, length - done)), cancellationToken).ConfigureAwait(false);
            Advance(count);
            done += count;
        }
    }

    /// <summary>Writes a part of a file's content.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            await ReserveAsync(1, cancellationToken).ConfigureAwait(false);
            var count = Math.Min(bytes.Length, _buffer.Length - _used);
            bytes[..count].CopyTo(_buffer.AsMemory(_used));
            _used += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Ends a file's content.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => WriteAsync(Zeros.AsMemory(0, (int)(-_content & (Block - 1))), cancellationToken);

    /// <summary>Ends the archive.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(Zeros, cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
    }

    /// <summary>Waits until nothing is written any more.</summary>
    public Task AbandonAsync() => _writing;

    private static byte[] Extras(ArchiveEntry entry)
    {
        var fraction = ((entry.Modified % Second) + Second) % Second;
        if (fraction == 0 && entry.Parts is null)
            return [];
        List<byte> records = [];
        if (fraction != 0)
        {
            // Before 1970 the fraction counts the other way.
            var (seconds, rest) = entry.Modified < 0 ? (-(entry.Modified / Second), -(entry.Modified % Second)) : (entry.Modified / Second, fraction);
            Add("mtime", Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(entry.Modified < 0 ? "-" : "")}{seconds}.{rest:d9}")));
        }

        if (entry.Parts is not null)
        {
            Add("GNU.sparse.major", "1"u8);
            Add("GNU.sparse.minor", "0"u8);
            Add("GNU.sparse.name", FileName.Encode(entry.Name));
            Add("GNU.sparse.realsize", Encoding.ASCII.GetBytes(entry.Length.ToString(CultureInfo.InvariantCulture)));
        }

        return [.. records];

        // Each says first how long it is, that number included.
        void Add(string key, ReadOnlySpan<byte> value)
        {
            var rest = key.Length + value.Length + 3;
            var length = rest;
            while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
                length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
            records.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {key}=")));
            records.AddRange(value);
            records.Add((byte)'\n');
        }
    }

    /// <summary>What stands before a file with holes: how many parts, and where each begins and how long it is.</summary>
    private static byte[] Map(IReadOnlyList<FilePart> parts, long length)
    {
        // A hole at the end ends with a part that holds nothing.
        var all = parts is [.., var last] && last.Start + last.Length == length ? parts : [.. parts, new(length, 0)];
        StringBuilder map = new();
        map.Append(CultureInfo.InvariantCulture, $"{all.Count}\n");
        foreach (var part in all)
            map.Append(CultureInfo.InvariantCulture, $"{part.Start}\n{part.Length}\n");
        return [.. Encoding.ASCII.GetBytes(map.ToString()), .. new byte[-map.Length & (Block - 1)]];
    }

    private static void Number(Span<byte> field, long number)
    {
        // What has too many octal digits is written in binary, with the first bit set.
        if (number >> (3 * (field.Length - 1)) != 0)
        {
            field.Fill(number < 0 ? (byte)0xff : (byte)0);
            BinaryPrimitives.WriteInt64BigEndian(field[^8..], number);
            field[0] |= 0x80;
            return;
        }

        for (var i = field.Length - 2; i >= 0; i--, number >>= 3)
            field[i] = (byte)('0' + (number & 7));
    }

    private async ValueTask ExtraAsync(char type, byte[] content, CancellationToken cancellationToken)
    {
        await ReserveAsync(Block, cancellationToken).ConfigureAwait(false);
        Header(type == 'x' ? "././@PaxHeader"u8 : "././@LongLink"u8, default, type, 0b110_100_100, content.Length, 0);
        await WriteAsync(content, cancellationToken).ConfigureAwait(false);
        await WriteAsync(Zeros.AsMemory(0, -content.Length & (Block - 1)), cancellationToken).ConfigureAwait(false);
    }

    private void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target, char type, int mode, long size, long seconds)
    {
        var header = _buffer.AsSpan(_used, Block);
        header.Clear();
        name[..Math.Min(name.Length, NameLength)].CopyTo(header);
        target[..Math.Min(target.Length, NameLength)].CopyTo(header[157..]);
        Number(header.Slice(100, 8), mode);
        Number(header.Slice(108, 8), 0);
        Number(header.Slice(116, 8), 0);
        Number(header.Slice(124, 12), size);
        Number(header.Slice(136, 12), seconds);
        header[156] = (byte)type;
        "ustar\x00\x30\x30"u8.CopyTo(header[257..]);
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in header)
            sum += value;
        Number(header.Slice(148, 7), sum);
        _used += Block;
    }

    private void Advance(int count) => _used += count > 0 ? count : throw new EndOfStreamException("it became shorter while it was read");

    private async ValueTask ReserveAsync(int count, CancellationToken cancellationToken)
    {
        if (_buffer.Length - _used < count)
            await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.ConfigureAwait(false);
        var (full, length) = (_buffer, _used);
        (_buffer, _other, _used) = (_other, full, 0);
        _writing = output.WriteAsync(full.AsMemory(0, length), cancellationToken).AsTask();
    }
}
