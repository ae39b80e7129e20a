using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>What went wrong with the store, in words that say what to do, and whether it can be read nevertheless.</summary>
internal static class StoreFailure
{
    // SQLite's codes, and the system's.
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int Quota = 122;

    /// <summary>The error to report.</summary>
    /// <param name="e">What SQLite, or the system, threw.</param>
    /// <param name="file">The database's file.</param>
    public static StoreException Of(Exception e, string file) => (Code(e), e is SqliteException) switch
    {
        (NotADatabase or Corrupt, true) => DatabaseFile.Damaged(file, e.Message, e),
        (Full, true) or (NoSpace or Quota, false) => new(ErrorCodes.StoreFailed, $"{file} cannot be written: the disk is full; nothing was changed. Free some space on it", e),
        (ReadOnly, true) or (ReadOnlyFileSystem, false) => new(
            ErrorCodes.StoreFailed, $"{file} cannot be written: it is read-only; nothing was changed. Make it writable, or set CRCACHE_HOME to a directory that is", e),
        _ => new(ErrorCodes.StoreFailed, $"{file} cannot be used: {(e is SqliteException ? e.Message : SystemError.Text(e))}", e),
    };

    /// <summary>Whether it may be that only writing failed. Where there is no store, that is so if nothing else keeps one from being made.</summary>
    public static bool IsOfWriting(StoreException e, string file) => e.InnerException switch
    {
        null => false,
        SqliteException { SqliteErrorCode: Full or ReadOnly } => true,
        IOException { HResult: NoSpace or Quota or ReadOnlyFileSystem } => true,
        SqliteException { SqliteErrorCode: InputOutput or CannotOpen } or IOException or UnauthorizedAccessException => FileStatus.Of(file) is { Size: > 0, IsRegular: true },
        _ => false,
    };

    private static int Code(Exception e) => e is SqliteException sqlite ? sqlite.SqliteErrorCode : e.HResult;
}
