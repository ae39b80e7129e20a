using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CrCache.Store;

/// <summary>
/// <c>state.db</c>: what this user's CrCache has, had and is about to do. Each use opens the database, runs one short transaction
/// and closes it again, all of it behind the <see cref="StoreGate"/>.
/// </summary>
internal sealed class StateStore(Func<string> directory, TimeProvider time)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const long LongestLog = 400 * 1024;
    private const int NoCheckpointOnClose = 1006;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int NotADatabase = 26;

    /// <summary>The database's file.</summary>
    public string File => Path.Combine(directory(), "state.db");

    /// <summary>Runs a transaction. Nothing slow may happen in it: no command, hook, copy or provider call.</summary>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public T Transact<T>(Func<StoreTransaction, T> work)
    {
        try
        {
            Directory.CreateDirectory(directory(), Private);
            using var gate = StoreGate.Enter(Path.Combine(directory(), "state.lock"));
            using var connection = Open();
            using var transaction = connection.BeginTransaction();
            var result = work(new StoreTransaction(transaction, time));
            transaction.Commit();
            BoundLog(connection);
            return result;
        }
        catch (SqliteException e)
        {
            throw new StoreException(ErrorCodes.StoreFailed, $"{File} {Explain(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(ErrorCodes.StoreFailed, $"{File} cannot be used: {e.Message}", e);
        }
    }

    private static string Explain(SqliteException e) => e.SqliteErrorCode switch
    {
        NotADatabase or Corrupt => $"is damaged ({e.Message}): move it away and crcache begins a new one, which does not know the resources that were in it",
        Full => "cannot be written: the disk is full; nothing was changed",
        _ => $"cannot be used: {e.Message}",
    };

    // Whoever opens the database alone reads the whole log again, and does not know what of it was written back already: SQLite's
    // own checkpoints would copy it at every commit and never begin it anew. Behind the gate nobody else reads, and it can be emptied.
    private void BoundLog(SqliteConnection connection)
    {
        if (new FileInfo(File + "-wal") is not { Exists: true, Length: > LongestLog })
        {
            return;
        }

        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE);";
            command.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // What was asked for is in the log, and safe: a full disk is the next transaction's error.
        }
    }

    private SqliteConnection Open()
    {
        var source = new SqliteConnectionStringBuilder { DataSource = File, Pooling = false, DefaultTimeout = 60 };
        var connection = new SqliteConnection(source.ToString());
        try
        {
            connection.Open();
            using (var command = connection.CreateCommand())
            {
                command.CommandText = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;";
                command.ExecuteNonQuery();
            }

            // The last one to close would otherwise write the whole log back, with three more syncs, at every single command.
            _ = raw.sqlite3_db_config(connection.Handle!, NoCheckpointOnClose, 1, out _);
            StoreSchema.Upgrade(connection, File);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
