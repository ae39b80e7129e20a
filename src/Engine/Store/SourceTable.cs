using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>The sources that were ever acquired from.</summary>
internal sealed class SourceTable(StoreTransaction transaction)
{
    private const string Columns =
        "name, directory, layers, binding, reserve, maximum, max_use_count, max_age, idle_time, failures, retry_at, problem, stopped, resets, shares, base_users";

    /// <summary>The source of that name, or null.</summary>
    public SourceRow? Find(string name) =>
        transaction.Query(Row, $"SELECT {Columns} FROM source WHERE name = $name;", ("$name", name)) is [var row] ? row : null;

    /// <summary>All of them, by name.</summary>
    public List<SourceRow> All() => transaction.Query(Row, $"SELECT {Columns} FROM source ORDER BY name;");

    /// <summary>Writes one, known or new.</summary>
    public void Put(SourceRow row) => transaction.Execute(
        $"""
        INSERT INTO source ({Columns})
        VALUES ($name, $directory, $layers, $binding, $reserve, $maximum, $max_use_count, $max_age, $idle_time, $failures, $retry_at, $problem, $stopped, $resets, $shares, $base_users)
        ON CONFLICT (name) DO UPDATE SET directory = $directory, layers = $layers, binding = $binding, reserve = $reserve, maximum = $maximum, max_use_count = $max_use_count,
            max_age = $max_age, idle_time = $idle_time, failures = $failures, retry_at = $retry_at, problem = $problem, stopped = $stopped, resets = $resets,
            shares = $shares, base_users = $base_users;
        """,
        ("$name", row.Name),
        ("$directory", row.Directory),
        ("$layers", row.Layers),
        ("$binding", row.Binding),
        ("$reserve", row.Reserve),
        ("$maximum", row.Maximum),
        ("$max_use_count", row.MaxUseCount),
        ("$max_age", (long?)row.MaxAge?.TotalMilliseconds),
        ("$idle_time", (long?)row.IdleTime?.TotalMilliseconds),
        ("$failures", row.Failures),
        ("$retry_at", row.RetryAt?.ToUnixTimeMilliseconds()),
        ("$problem", row.Problem),
        ("$stopped", row.Stopped),
        ("$resets", row.Resets),
        ("$shares", row.SharesLayers),
        ("$base_users", row.BaseUsers));

    private static SourceRow Row(SqliteDataReader reader) => new()
    {
        Name = reader.GetString(0),
        Directory = reader.IsDBNull(1) ? null : reader.GetString(1),
        Layers = reader.GetString(2),
        Binding = reader.GetString(3),
        Reserve = reader.GetInt32(4),
        Maximum = reader.IsDBNull(5) ? null : reader.GetInt32(5),
        MaxUseCount = reader.IsDBNull(6) ? null : reader.GetInt32(6),
        MaxAge = reader.IsDBNull(7) ? null : TimeSpan.FromMilliseconds(reader.GetInt64(7)),
        IdleTime = reader.IsDBNull(8) ? null : TimeSpan.FromMilliseconds(reader.GetInt64(8)),
        Failures = reader.GetInt32(9),
        RetryAt = reader.IsDBNull(10) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(10)),
        Problem = reader.IsDBNull(11) ? null : reader.GetString(11),
        Stopped = reader.IsDBNull(12) ? null : reader.GetString(12),
        Resets = reader.GetBoolean(13),
        SharesLayers = reader.GetBoolean(14),
        BaseUsers = reader.IsDBNull(15) ? null : reader.GetInt32(15),
    };
}
