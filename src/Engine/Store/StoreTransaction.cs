using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>One short transaction over the store's tables.</summary>
internal sealed class StoreTransaction
{
    private readonly SqliteTransaction _transaction;

    internal StoreTransaction(SqliteTransaction transaction, TimeProvider time)
    {
        _transaction = transaction;
        Now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        Events = new EventTable(this);
        Resources = new ResourceTable(this);
    }

    /// <summary>When the transaction happens, to the millisecond: one time for all it writes.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The resources.</summary>
    public ResourceTable Resources { get; }

    /// <summary>What happened to them.</summary>
    public EventTable Events { get; }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a statement that gives one number; null where it gives none.</summary>
    public long? Number(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteScalar() is long number ? number : null;
    }

    /// <summary>Runs a statement that gives rows.</summary>
    public List<T> Query<T>(Func<SqliteDataReader, T> row, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

#pragma warning disable CA2100 // The texts are constants of the tables' classes; values are parameters.
    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = _transaction.Connection!.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
#pragma warning restore CA2100
}
