using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>The resources, each exactly once.</summary>
internal sealed class ResourceTable(StoreTransaction transaction)
{
    private const string Columns =
        "name, source, number, state, epoch, since, settings, route, base, concurrency, actor, failures, retry_at, owner, owner_named, owner_process, owner_resource, ttl, expires, clock, deadline, note, facts, binding, made, uses, tested, due, problem, run_hooks";

    private const string InUse = "state IN ('leased', 'held')";

    /// <summary>The resource of that name, or null.</summary>
    public ResourceRow? Find(string name) => Select("name = $name", ("$name", name)) is [var row] ? row : null;

    /// <summary>The free resources of a source that were made with a binding, by number, read as far as they are asked for.</summary>
    public IEnumerable<ResourceRow> Idle(string source, string binding) => InSteps(source, "state = 'idle' AND binding = $binding", binding);

    /// <summary>The resources of a source that are not free, by number, read as far as they are asked for.</summary>
    public IEnumerable<ResourceRow> Taken(string source) => InSteps(source, "state <> 'idle'", binding: null);

    /// <summary>All free resources of a source, by number.</summary>
    public List<ResourceRow> Idle(string source) => Select("source = $source AND state = 'idle' ORDER BY number", ("$source", source));

    /// <summary>Free resources of a source that were to be looked at by now, the longest overdue first.</summary>
    public List<ResourceRow> Due(string source, int limit) => Select(
        "source = $source AND due <= $now ORDER BY due LIMIT $limit",
        ("$source", source),
        ("$now", transaction.Now.ToUnixTimeMilliseconds()),
        ("$limit", limit));

    /// <summary>Resources that are free and layered on others, the longest free first.</summary>
    public List<ResourceRow> IdleLayered(int limit) => Select("state = 'idle' AND base IS NOT NULL ORDER BY since LIMIT $limit", ("$limit", limit));

    /// <summary>The resources of a source that are shared by what is layered on them, also those that are only about to be, by number.</summary>
    public List<ResourceRow> Shared(string source, string binding) => Select(
        "owner_resource = $owner AND source = $source AND binding = $binding AND state IN ('leased', 'provisioning') ORDER BY number",
        ("$owner", OwnerRow.Users.Resource),
        ("$source", source),
        ("$binding", binding));

    /// <summary>What is layered on a resource.</summary>
    public List<ResourceRow> On(string name) => Select("base = $base ORDER BY source, number", ("$base", name));

    /// <summary>How many are layered on a resource.</summary>
    public long NumberOn(string name) => transaction.Number("SELECT count(*) FROM resource WHERE base = $base;", ("$base", name)) ?? 0;

    /// <summary>The free resources of a source that were made with another binding, those that are free the longest first.</summary>
    public List<ResourceRow> IdleOtherwise(string source, string binding, int limit) => Select(
        "source = $source AND binding <> $binding AND state = 'idle' ORDER BY since, number LIMIT $limit",
        ("$source", source),
        ("$binding", binding),
        ("$limit", limit));

    /// <summary>All resources of a source, by number.</summary>
    public List<ResourceRow> Of(string source) => Select("source = $source ORDER BY number", ("$source", source));

    /// <summary>Every name there is.</summary>
    public List<string> Names() => transaction.Query(r => r.GetString(0), "SELECT name FROM resource;");

    /// <summary>The sources that own resources.</summary>
    public List<string> Sources() =>
        transaction.Query(r => r.GetString(0), "SELECT source FROM tally GROUP BY source HAVING sum(number) > 0;");

    /// <summary>Resources on their way from one state to another, and dirty ones.</summary>
    public List<ResourceRow> Changing() => Select("state NOT IN ('idle', 'leased', 'held')");

    /// <summary>
    /// Resources whose time is over: by the steady clock they were handed out by, or, where that clock has gone with a reboot or is
    /// another machine's, by the time of day.
    /// </summary>
    public List<ResourceRow> Expired()
    {
        List<ResourceRow> expired = [];
        foreach (var clock in Distinct("SELECT clock FROM resource WHERE expires IS NOT NULL AND clock > $after ORDER BY clock LIMIT 1;"))
        {
            expired.AddRange(transaction.Instant.IsOf(clock)
                ? Select($"clock = $clock AND deadline <= $reading AND {InUse}", ("$clock", clock), ("$reading", (long)transaction.Instant.Reading.TotalMilliseconds))
                : Select($"clock = $clock AND expires <= $now AND {InUse}", ("$clock", clock), ("$now", transaction.Now.ToUnixTimeMilliseconds())));
        }

        return expired;
    }

    /// <summary>What an owner of that name has, leased or held.</summary>
    public List<ResourceRow> OwnedBy(string name) =>
        Select($"owner = $owner AND owner_resource IS NULL AND {InUse} ORDER BY source, number", ("$owner", name));

    /// <summary>The processes that leases are bound to, each once: one may have many.</summary>
    public List<string> Processes() => Distinct("SELECT owner_process FROM resource WHERE owner_process > $after ORDER BY owner_process LIMIT 1;");

    /// <summary>What is leased for as long as a process runs.</summary>
    public List<ResourceRow> BoundTo(string process) => Select("owner_process = $process AND state = 'leased'", ("$process", process));

    /// <summary>How many resources a source has in each state.</summary>
    public Dictionary<ResourceState, int> Tally(string source) =>
        transaction.Query(
            r => (State: Enum.Parse<ResourceState>(r.GetString(0), ignoreCase: true), Number: r.GetInt32(1)),
            "SELECT state, number FROM tally WHERE source = $source;",
            ("$source", source)).ToDictionary(p => p.State, p => p.Number);

    /// <summary>What some resource of a source takes at once; null where it has none that is made.</summary>
    public int? AnyConcurrency(string source) => (int?)transaction.Number(
        "SELECT concurrency FROM resource WHERE source = $source AND concurrency IS NOT NULL LIMIT 1;", ("$source", source));

    /// <summary>What was found out about some resource of a source that was made with these settings; null where nothing was.</summary>
    public string? AnyFacts(string source, string settings) => transaction.Query(
        r => r.GetString(0),
        "SELECT facts FROM resource WHERE source = $source AND settings = $settings AND facts IS NOT NULL LIMIT 1;",
        ("$source", source),
        ("$settings", settings)).FirstOrDefault();

    /// <summary>What was found out about the resources of a source that were made with these settings, by their numbers.</summary>
    public List<(int Number, string Facts)> FactsByNumber(string source, string settings) => transaction.Query(
        r => (r.GetInt32(0), r.GetString(1)),
        "SELECT number, facts FROM resource WHERE source = $source AND settings = $settings AND facts IS NOT NULL ORDER BY number;",
        ("$source", source),
        ("$settings", settings));

    /// <summary>The numbers that the resources of a source have.</summary>
    public HashSet<int> Numbers(string source) => [.. transaction.Query(r => r.GetInt32(0), "SELECT number FROM resource WHERE source = $source;", ("$source", source))];

    /// <summary>The smallest number that no resource of a source has.</summary>
    public int FreeNumber(string source)
    {
        // Where the numbers have no gap, the usual case, the count says it.
        var count = transaction.Number("SELECT sum(number) FROM tally WHERE source = $source;", ("$source", source)) ?? 0;
        var highest = transaction.Number("SELECT max(number) FROM resource WHERE source = $source;", ("$source", source)) ?? -1;
        return (int)(highest == count - 1
            ? count
            : transaction.Number("SELECT min(number) FROM gap WHERE source = $source;", ("$source", source)) ?? highest + 1);
    }

    /// <summary>Writes a resource that is new.</summary>
    public void Add(ResourceRow row) => Write(
        $"INSERT INTO resource ({Columns}) VALUES ($name, $source, $number, $state, $epoch, $since, $settings, $route, $base, $concurrency, $actor, $failures, $retry_at, $owner, $owner_named, $owner_process, $owner_resource, $ttl, $expires, $clock, $deadline, $note, $facts, $binding, $made, $uses, $tested, $due, $problem, $run_hooks);",
        row);

    /// <summary>Writes a resource that is known.</summary>
    public void Update(ResourceRow row) => Write(
        """
        UPDATE resource SET source = $source, number = $number, state = $state, epoch = $epoch, since = $since, settings = $settings,
            route = $route, base = $base, concurrency = $concurrency, actor = $actor, failures = $failures, retry_at = $retry_at,
            owner = $owner, owner_named = $owner_named, owner_process = $owner_process, owner_resource = $owner_resource,
            ttl = $ttl, expires = $expires, clock = $clock, deadline = $deadline, note = $note, facts = $facts, binding = $binding,
            made = $made, uses = $uses, tested = $tested, due = $due, problem = $problem, run_hooks = $run_hooks
        WHERE name = $name;
        """,
        row);

    /// <summary>Forgets a resource.</summary>
    public void Remove(string name) => transaction.Execute("DELETE FROM resource WHERE name = $name;", ("$name", name));

    private static ResourceRow Row(SqliteDataReader reader) => new()
    {
        Name = reader.GetString(0),
        Source = reader.GetString(1),
        Number = reader.GetInt32(2),
        State = Enum.Parse<ResourceState>(reader.GetString(3), ignoreCase: true),
        Epoch = reader.GetInt64(4),
        Since = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)),
        Settings = reader.GetString(6),
        Route = Text(reader, 7),
        Base = Text(reader, 8),
        Concurrency = reader.IsDBNull(9) ? null : reader.GetInt32(9),
        Actor = Text(reader, 10),
        Failures = reader.GetInt32(11),
        RetryAt = Time(reader, 12),
        Owner = Text(reader, 13) is { } owner
            ? new OwnerRow(
                owner,
                Text(reader, 15),
                Text(reader, 16),
                Length(reader, 17),
                Time(reader, 18),
                Text(reader, 21))
            {
                IsNamed = reader.GetBoolean(14),
                Clock = Text(reader, 19),
                Deadline = Length(reader, 20),
            }
            : null,
        Facts = Text(reader, 22),
        Binding = reader.GetString(23),
        Made = Time(reader, 24),
        Uses = reader.GetInt32(25),
        Tested = Time(reader, 26),
        Due = Time(reader, 27),
        Problem = Text(reader, 28),
        HasRunHooks = reader.GetBoolean(29),
    };

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    private static TimeSpan? Length(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : TimeSpan.FromMilliseconds(reader.GetInt64(column));

    // Few. Stepped through in the index, because reading all rows for it would cost more.
    private List<string> Distinct(string next)
    {
        List<string> values = [];
        while (transaction.Query(r => r.GetString(0), next, ("$after", values.LastOrDefault(""))) is [var value])
        {
            values.Add(value);
        }

        return values;
    }

    private IEnumerable<ResourceRow> InSteps(string source, string condition, string? binding)
    {
        var after = -1;
        for (List<ResourceRow> rows; ; after = rows[^1].Number)
        {
            // Most often the first will do.
            rows = Select(
                $"source = $source AND {condition} AND number > $after ORDER BY number LIMIT $limit",
                ("$source", source),
                ("$binding", binding),
                ("$after", after),
                ("$limit", after < 0 ? 1 : 100));
            if (rows.Count == 0)
            {
                yield break;
            }

            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }

    private List<ResourceRow> Select(string condition, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        transaction.Query(Row, $"SELECT {Columns} FROM resource WHERE {condition};", parameters);

    private void Write(string sql, ResourceRow row) => transaction.Execute(
        sql,
        ("$name", row.Name),
        ("$source", row.Source),
        ("$number", row.Number),
        ("$state", row.State.ToString().ToLowerInvariant()),
        ("$epoch", row.Epoch),
        ("$since", row.Since.ToUnixTimeMilliseconds()),
        ("$settings", row.Settings),
        ("$route", row.Route),
        ("$base", row.Base),
        ("$concurrency", row.Concurrency),
        ("$actor", row.Actor),
        ("$failures", row.Failures),
        ("$retry_at", row.RetryAt?.ToUnixTimeMilliseconds()),
        ("$owner", row.Owner?.Name),
        ("$owner_named", row.Owner?.IsNamed is true),
        ("$owner_process", row.Owner?.Process),
        ("$owner_resource", row.Owner?.Resource),
        ("$ttl", (long?)row.Owner?.TimeToLive?.TotalMilliseconds),
        ("$expires", row.Owner?.Expires?.ToUnixTimeMilliseconds()),
        ("$clock", row.Owner?.Clock),
        ("$deadline", (long?)row.Owner?.Deadline?.TotalMilliseconds),
        ("$note", row.Owner?.Note),
        ("$facts", row.Facts),
        ("$binding", row.Binding),
        ("$made", row.Made?.ToUnixTimeMilliseconds()),
        ("$uses", row.Uses),
        ("$tested", row.Tested?.ToUnixTimeMilliseconds()),
        ("$due", row.Due?.ToUnixTimeMilliseconds()),
        ("$problem", row.Problem),
        ("$run_hooks", row.HasRunHooks));
}
