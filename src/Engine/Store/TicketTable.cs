using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>The line of requests that wait.</summary>
internal sealed class TicketTable(StoreTransaction transaction)
{
    private const string Columns = "number, priority, since, seen, process, owner, note, demands";

    /// <summary>All of them, the next to be served first.</summary>
    public List<TicketRow> InOrder() => transaction.Query(Row, $"SELECT {Columns} FROM ticket ORDER BY priority DESC, number;");

    /// <summary>Adds one at the end of its priority's line, or, where it has a number, in the place it once had.</summary>
    /// <returns>Its number.</returns>
    public long Add(TicketRow row) => transaction.Number(
        """
        INSERT INTO ticket (number, priority, since, seen, process, owner, note, demands)
        VALUES ($number, $priority, $since, $seen, $process, $owner, $note, $demands) RETURNING number;
        """,
        ("$number", row.Number > 0 ? row.Number : null),
        ("$priority", row.Priority),
        ("$since", row.Since.ToUnixTimeMilliseconds()),
        ("$seen", row.Seen.ToUnixTimeMilliseconds()),
        ("$process", row.Process),
        ("$owner", row.Owner),
        ("$note", row.Note),
        ("$demands", row.Demands)) ?? throw new InvalidOperationException("a ticket was inserted and has no number");

    /// <summary>Says that one still waits.</summary>
    /// <returns>Whether it is still in line.</returns>
    public bool Touch(long number) => transaction.Number(
        "UPDATE ticket SET seen = $now WHERE number = $number RETURNING 1;",
        ("$now", transaction.Now.ToUnixTimeMilliseconds()),
        ("$number", number)) is not null;

    /// <summary>Takes one out of the line.</summary>
    /// <returns>What it was; null where it is not in line any more.</returns>
    public TicketRow? Remove(long number) =>
        transaction.Query(Row, $"DELETE FROM ticket WHERE number = $number RETURNING {Columns};", ("$number", number)) is [var row] ? row : null;

    private static TicketRow Row(SqliteDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetInt32(1),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
            reader.GetString(4),
            reader.GetString(5),
            reader.IsDBNull(6) ? null : reader.GetString(6),
            reader.GetString(7));
}
