using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Store;

/// <summary>
/// The file in which SQLite appends what commits (<c>state.db-wal</c>), seen from outside: made durable, and measured. Its form is
/// public and fixed: https://www.sqlite.org/fileformat2.html#walformat. SQLite takes no locks on it, so that opening and closing it
/// here drops none.
/// </summary>
internal sealed partial class WriteAheadLog : IDisposable
{
    // Whoever opens the database alone reads the whole log again: this many pages are read in 0.1 ms, and are 9 acquires.
    private const int LongestInPages = 64;
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;
    private const int FrameSize = FrameHeaderSize + DatabaseFile.PageSize;
    private const int HeaderSalts = 16;
    private const int FrameSalts = 8;
    private const int SaltsSize = 8;

    private readonly SafeFileHandle _file;

    private WriteAheadLog(SafeFileHandle file) => _file = file;

    /// <summary>Whether it is time to write it back. Pages of an earlier round, which carry other salts, do not count.</summary>
    public bool IsLong
    {
        get
        {
            Span<byte> current = stackalloc byte[SaltsSize];
            Span<byte> last = stackalloc byte[SaltsSize];
            return RandomAccess.Read(_file, current, HeaderSalts) == SaltsSize
                && RandomAccess.Read(_file, last, HeaderSize + ((LongestInPages - 1L) * FrameSize) + FrameSalts) == SaltsSize
                && current.SequenceEqual(last);
        }
    }

    /// <summary>Whether a database's log is not there, or nothing is in it.</summary>
    public static bool IsEmpty(string database) => FileStatus.Of(StoreSession.LogOf(database)) is not { Size: > HeaderSize };

    /// <summary>The numbers of the pages that are in a log, pages of an earlier round left out.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static HashSet<uint> Pages(string path)
    {
        HashSet<uint> pages = [];
        if (!File.Exists(path))
        {
            return pages;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> salts = stackalloc byte[SaltsSize];
        Span<byte> frame = stackalloc byte[FrameHeaderSize];
        RandomAccess.Read(file, salts, HeaderSalts);
        for (long at = HeaderSize; RandomAccess.Read(file, frame, at) == FrameHeaderSize && frame.Slice(FrameSalts, SaltsSize).SequenceEqual(salts); at += FrameSize)
        {
            pages.Add(BinaryPrimitives.ReadUInt32BigEndian(frame));
        }

        return pages;
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="IOException">It is not there, or not to be had.</exception>
    public static WriteAheadLog Open(string path) => new(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>Returns when everything in it would survive a power cut.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public void Flush()
    {
        // Not RandomAccess.FlushToDisk, which is fsync and writes the file's times as well: half as fast again.
        if (DataSync(_file) != 0)
        {
            throw new IOException($"what was written may not be on the disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);
}
