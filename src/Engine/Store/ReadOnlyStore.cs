using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>
/// A store that cannot be written: a disk that is full or read-only. What is in it is read without making, changing or locking a file;
/// where there is none yet, there is nothing in it.
/// </summary>
internal static class ReadOnlyStore
{
    /// <summary>Runs a transaction that only reads.</summary>
    /// <exception cref="SqliteException">It cannot be read either.</exception>
    /// <exception cref="StoreException">It is not whole, or of another version.</exception>
    public static T Read<T>(string path, StoreSchema schema, Func<StoreTransaction, T> work, Instant instant)
    {
        DatabaseFile.RequireWhole(path);
        var isThere = FileStatus.Of(path) is { Size: > 0 };
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            // SQLite then makes its index of the log anew in memory, where nobody else has it open; without a log it needs none.
            DataSource = isThere ? $"file:{Escaped(path)}?mode=ro&{(WriteAheadLog.IsEmpty(path) ? "immutable=1" : "readonly_shm=1")}" : ":memory:",
            Pooling = false,
        }.ToString());
        connection.Open();
        if (!isThere)
        {
            schema.Upgrade(connection, path);
        }

        using StoreStatements statements = new(connection);
        using var transaction = connection.BeginTransaction(deferred: true);
        statements.Transaction = transaction;
        schema.RequireCurrent(statements, path);
        return work(new StoreTransaction(statements, instant, new FaultPlan()) { IsReadOnly = true });
    }

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
