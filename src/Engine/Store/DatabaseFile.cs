using System.Buffers.Binary;

namespace CrCache.Store;

/// <summary>
/// The database's file, looked at before SQLite gets it: SQLite takes an empty file for a new database and deletes its log, and notices
/// that pages are missing only when it comes to need them, having written others. Its form is public and fixed:
/// https://www.sqlite.org/fileformat2.html. Closing it drops the locks that SQLite has on it in this process; the gate is the one that counts.
/// </summary>
internal static class DatabaseFile
{
    public const int PageSize = 4096;

    private const int HeaderSize = 100;
    private const int PagesAt = 28;

    /// <summary>Refuses a file that SQLite would spoil.</summary>
    /// <exception cref="StoreException">It is not whole.</exception>
    public static void RequireWhole(string path)
    {
        var file = FileStatus.Of(path);
        var log = StoreSession.LogOf(path);
        if (file is { IsRegular: false })
        {
            throw new StoreException(ErrorCodes.StoreFailed, $"{path} is not a file: move it away");
        }

        if (file is not { Size: > 0 })
        {
            if (!WriteAheadLog.IsEmpty(path))
            {
                throw file is null
                    ? new StoreException(ErrorCodes.StoreFailed, $"{path} is missing, and what was written last is still in {log}: put it back, or move the log away too")
                    : Damaged(path, "it is empty");
            }

            return;
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (RandomAccess.Read(handle, header, 0) < HeaderSize || !header.StartsWith("SQLite format 3\0"u8))
        {
            throw Damaged(path, "it is no database");
        }

        // Where a power cut or a full disk stopped the writing back of the log, what is missing is still in the log.
        var pages = BinaryPrimitives.ReadUInt32BigEndian(header[PagesAt..]);
        var there = (uint)(RandomAccess.GetLength(handle) / PageSize);
        if (there < pages && Missing(there, pages, log))
        {
            throw Damaged(path, $"{there} of its {pages} pages are there");
        }
    }

    /// <summary>What to say of a file that cannot be used any more.</summary>
    public static StoreException Damaged(string path, string how, Exception? inner = null) => new(
        ErrorCodes.StoreFailed,
        $"{path} is damaged ({how}): move it and its log away (mv {path}* ELSEWHERE) and crcache begins a new one, which does not know the resources that were in it",
        inner);

    private static bool Missing(uint there, uint pages, string log)
    {
        var logged = WriteAheadLog.Pages(log);
        for (var page = there + 1; page <= pages; page++)
        {
            if (!logged.Contains(page))
            {
                return true;
            }
        }

        return false;
    }
}
