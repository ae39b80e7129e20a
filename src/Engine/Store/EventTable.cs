using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>What happened to resources, in order.</summary>
internal sealed class EventTable(StoreTransaction transaction)
{
    // Weeks of ordinary use in a few megabytes; trimmed in steps, so that the trimming costs nothing an event.
    private const int Kept = 20_000;
    private const int TrimEvery = 1_000;

    // By age only at the oldest end, and only two for each that is written: a clock that is wrong for an hour takes away few, however
    // far off it is, and nothing at all unless it was wrong for all of the last ten. An event that was written with the clock far ahead
    // does not keep those behind it.
    private const int AgeEvery = 10;
    private const int AgeAtOnce = 2 * AgeEvery;
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    /// <summary>Adds an event.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="epoch">Its epoch; null where this event's own number is a new one.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="detail">More, for people.</param>
    /// <param name="actor">Who did it.</param>
    /// <returns>The event's number.</returns>
    public long Add(string resource, long? epoch, string kind, string? detail, string actor)
    {
        var number = transaction.Number(
            """
            INSERT INTO event (at, resource, epoch, kind, detail, actor)
            VALUES ($at, $resource, coalesce($epoch, 1 + (SELECT seq FROM sqlite_sequence WHERE name = 'event'), 1), $kind, $detail, $actor)
            RETURNING number;
            """,
            ("$at", transaction.Now.ToUnixTimeMilliseconds()),
            ("$resource", resource),
            ("$epoch", epoch),
            ("$kind", kind),
            ("$detail", detail),
            ("$actor", actor)) ?? throw new InvalidOperationException("an event was inserted and has no number");
        if (number % TrimEvery == 0)
        {
            transaction.Execute("DELETE FROM event WHERE number <= $oldest;", ("$oldest", number - Kept));
        }

        if (number % AgeEvery == 0)
        {
            transaction.Execute(
                """
                DELETE FROM event
                WHERE number IN (SELECT number FROM event ORDER BY number LIMIT $most)
                AND at < (SELECT min(at) FROM event WHERE number > $before) - $age;
                """,
                ("$most", AgeAtOnce),
                ("$before", number - AgeEvery),
                ("$age", (long)KeptFor.TotalMilliseconds));
        }

        return number;
    }

    /// <summary>How often a resource of that name failed since a time, or since it was last mended.</summary>
    public int Strikes(string resource, DateTimeOffset since) => (int)(transaction.Number(
        """
        SELECT count(*) FROM event WHERE resource = $resource AND kind = 'failed' AND at >= $since AND number >
            coalesce((SELECT max(number) FROM event WHERE resource = $resource AND kind = 'healed'), 0);
        """,
        ("$resource", resource),
        ("$since", since.ToUnixTimeMilliseconds())) ?? 0);

    /// <summary>What failed of the resources of sources whose names begin so, since a time or since each was last mended; the oldest first.</summary>
    public List<EventRow> Failures(string source, DateTimeOffset since)
    {
        List<EventRow> failures = [];
        foreach (var row in transaction.Query(
            Row,
            """
            SELECT number, at, resource, epoch, kind, detail, actor FROM event
            WHERE resource > $from AND resource < $to AND kind IN ('failed', 'healed') AND at >= $since ORDER BY number;
            """,
            ("$from", $"{source}-"),
            ("$to", $"{source}."),
            ("$since", since.ToUnixTimeMilliseconds())))
        {
            if (row.Kind == "healed")
            {
                failures.RemoveAll(f => f.Resource == row.Resource);
            }
            else
            {
                failures.Add(row);
            }
        }

        return failures;
    }

    /// <summary>The newest events after a number, oldest first.</summary>
    public List<EventRow> After(long number, int limit) =>
        transaction.Query(
            Row,
            """
            SELECT number, at, resource, epoch, kind, detail, actor FROM (
                SELECT * FROM event WHERE number > $number ORDER BY number DESC LIMIT $limit
            ) ORDER BY number;
            """,
            ("$number", number),
            ("$limit", limit));

    /// <summary>The events from a number on, the oldest of them first.</summary>
    public List<EventRow> From(long number, int limit) =>
        transaction.Query(
            Row,
            "SELECT number, at, resource, epoch, kind, detail, actor FROM event WHERE number >= $number ORDER BY number LIMIT $limit;",
            ("$number", number),
            ("$limit", limit));

    /// <summary>The greatest number that was ever given; 0 before the first.</summary>
    public long Newest() => transaction.Number("SELECT seq FROM sqlite_sequence WHERE name = 'event';") ?? 0;

    private static EventRow Row(SqliteDataReader reader) =>
        new(
            reader.GetInt64(0),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)),
            reader.GetString(2),
            reader.GetInt64(3),
            reader.GetString(4),
            reader.IsDBNull(5) ? null : reader.GetString(5),
            reader.GetString(6));
}
