using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CrCache.Store;

/// <summary>
/// The open database. It stays open from one transaction to the next, and everything it does, from opening on, is done behind the
/// <see cref="StoreGate"/>: SQLite's own locks, which a second copy of its library in the process would drop, protect nothing here.
/// </summary>
internal sealed class StoreSession : IDisposable
{
    private const int NoCheckpointOnClose = 1006;

    // SQLite keeps the index of the log in pieces of this size; a shorter file is one that somebody was killed over.
    private const long SmallestIndex = 32 * 1024;

    private readonly SqliteConnection _connection;
    private readonly StoreStatements _statements;
    private readonly (ulong Device, ulong Inode)[] _files;
    private readonly string _path;
    private readonly StoreSchema _schema;
    private readonly WriteAheadLog _log;
    private readonly FaultPlan _faults = new();

    private StoreSession(SqliteConnection connection, string path, StoreSchema schema)
    {
        (_connection, _path, _schema) = (connection, path, schema);
        _statements = new StoreStatements(connection);
        _log = WriteAheadLog.Open(LogOf(path));
        _files = Identify() ?? throw new IOException("its log or index was deleted while programs have it open: end them first (find them with: fuser)");
    }

    /// <summary>Whether these are still the files at that path: not moved away, not replaced, not half made by one that was killed.</summary>
    public bool IsCurrentAt(string path) => path == _path && Identify() is { } files && files.AsSpan().SequenceEqual(_files);

    /// <summary>Opens a database, or makes it.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    /// <exception cref="StoreException">It is not whole, or a newer version of CrCache wrote it.</exception>
    public static StoreSession Open(string path, StoreSchema schema)
    {
        DatabaseFile.RequireWhole(path);

        // A log that is new has to be found again after a power cut: SQLite sees to that, but only where it syncs at commits.
        var mode = File.Exists(LogOf(path)) ? "NORMAL" : "FULL";
        var source = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 60 };
        var connection = new SqliteConnection(source.ToString());
        try
        {
            connection.Open();
            using (var command = connection.CreateCommand())
            {
#pragma warning disable CA2100 // One of two words.
                command.CommandText = $"PRAGMA synchronous = {mode}; PRAGMA wal_autocheckpoint = 0;";
#pragma warning restore CA2100
                command.ExecuteNonQuery();
            }

            // The last one to close would otherwise write the whole log back, with three more syncs, at every single command.
            _ = raw.sqlite3_db_config(connection.Handle!, NoCheckpointOnClose, 1, out _);
            schema.Upgrade(connection, path);
            return new StoreSession(connection, path, schema);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs a transaction and commits it; what it wrote is there for others, but not yet durable.</summary>
    /// <param name="work">What happens in it.</param>
    /// <param name="instant">When it happens.</param>
    /// <param name="wrote">Whether it changed anything, so that <see cref="Flush"/> has something to do.</param>
    public T Transact<T>(Func<StoreTransaction, T> work, Instant instant, out bool wrote)
    {
        var before = raw.sqlite3_total_changes(_connection.Handle!);
        using var transaction = _connection.BeginTransaction();
        _statements.Transaction = transaction;
        _schema.RequireCurrent(_statements, _path);
        _faults.Begin();
        var inner = new StoreTransaction(_statements, instant, _faults);
        var result = work(inner);
        wrote = !inner.IsTrial && raw.sqlite3_total_changes(_connection.Handle!) != before;
        if (inner.IsTrial)
        {
            transaction.Rollback();
        }
        else
        {
            transaction.Commit();
        }

        _statements.Transaction = null;
        if (wrote && _log.IsLong)
        {
            BeginLogAnew();
        }

        return result;
    }

    /// <summary>
    /// Makes durable what was committed, by this or an earlier transaction of anybody's. SQLite would do that at the commit itself;
    /// here it happens when others have been let through the gate, and several wait for the disk at the same time.
    /// </summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public void Flush()
    {
        _log.Flush();
        _faults.Endure();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _statements.Dispose();
        _connection.Dispose();
    }

    public static string LogOf(string path) => path + "-wal";

    // SQLite's own checkpoints count only while somebody has the database open: the next one to open it alone knows nothing of them,
    // and would copy the whole log at every commit and never begin it anew. So it is begun anew here and now, by a write that changes nothing.
    private void BeginLogAnew()
    {
        try
        {
            _statements.Execute($"PRAGMA wal_checkpoint(RESTART); PRAGMA user_version = {_schema.Current};");
        }
        catch (SqliteException)
        {
            // What was asked for is in the log, and safe: a full disk is the next transaction's error.
        }
    }

    private (ulong Device, ulong Inode)[]? Identify()
    {
        var index = FileStatus.Of(_path + "-shm");
        return FileStatus.Of(_path) is { } database && FileStatus.Of(LogOf(_path)) is { } log && index is { Size: >= SmallestIndex }
            ? [(database.Device, database.Inode), (log.Device, log.Inode), (index.Value.Device, index.Value.Inode)]
            : null;
    }
}
