using CrCache.Leasing;
using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>What acquire, release and status ask of the store is found by an index, so that it takes no longer among a million resources.</summary>
public sealed class QueryPlanTests : IDisposable
{
    // Few rows by their nature: requests that wait, sources, resources on their way from one state to another; or the first few.
    private static readonly string[] Walked = ["SCAN source", "SCAN resource USING INDEX resource_idle_layered", "SCAN ticket", "SCAN tally", "SCAN sqlite_sequence", "SCAN CONSTANT ROW", "SCAN resource USING INDEX resource_changing"];

    private readonly TemporaryDirectory _directory = new();
    private readonly SqliteConnection _connection;

    public QueryPlanTests()
    {
        StateStore store = new(() => _directory.Path, TimeProvider.System);
        store.Transact(_ => true);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = store.File, Pooling = false }.ToString());
        _connection.Open();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void No_statement_on_the_way_of_a_lease_walks_the_resources()
    {
        using StoreStatements statements = new(_connection);
        using (statements.Transaction = _connection.BeginTransaction())
        {
            Use(new StoreTransaction(statements, Instant.Of(TimeProvider.System), new FaultPlan()));
            statements.Transaction.Rollback();
        }

        var plans = statements.Texts
            .Where(t => t.StartsWith("SELECT", StringComparison.Ordinal) || t.StartsWith("UPDATE", StringComparison.Ordinal) || t.StartsWith("DELETE", StringComparison.Ordinal))
            .Select(t => (Text: t, Steps: Plan(t)))
            .ToList();
        Assert.InRange(plans.Count, 15, 100);
        Assert.All(plans, p => Assert.DoesNotContain(p.Steps, s => s.StartsWith("SCAN", StringComparison.Ordinal) && !Walked.Contains(s)));
        Assert.All(plans, p => Assert.DoesNotContain(p.Steps, s => s.Contains("TEMP B-TREE", StringComparison.Ordinal) && !p.Text.Contains("FROM ticket", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_walk_would_be_seen() => Assert.Contains(Plan("SELECT name FROM resource WHERE note = 'x';"), s => s.StartsWith("SCAN", StringComparison.Ordinal));

    /// <summary>All that acquire, release and status do with the tables.</summary>
    private static void Use(StoreTransaction t)
    {
        OwnerRow owner = new("somebody", "process", null, TimeSpan.FromHours(1), null, null);
        ResourceRow row = new()
        {
            Name = "a-0",
            Source = "a",
            Number = 0,
            State = ResourceState.Leased,
            Epoch = 1,
            Since = DateTimeOffset.UnixEpoch,
            Settings = "{}",
            Owner = owner.Lasting(owner.TimeToLive, t),
        };
        t.Resources.Add(row);
        t.Resources.Update(row);
        t.Resources.Find("a-0");
        t.Resources.Changing();
        t.Resources.Expired();
        t.Resources.Processes();
        t.Resources.BoundTo("process");
        _ = t.Resources.Idle("a", "").ToList();
        t.Resources.Due("a", 20);
        t.Resources.IdleLayered(20);
        t.Sources.Find("a");
        t.Sources.All();
        t.Events.Strikes("a-0", t.Now);
        _ = t.Resources.Taken("a").ToList();
        t.Resources.Tally("a");
        t.Resources.Sources();
        t.Resources.AnyConcurrency("a");
        t.Resources.AnyFacts("a", "{}");
        t.Resources.FreeNumber("a");
        t.Resources.Update(row with { Owner = row.Owner! with { Clock = "another" } });
        t.Resources.Expired();
        t.Tickets.Add(new(0, 0, t.Now, t.Now, "process", "somebody", null, "[]"));
        t.Tickets.InOrder();
        t.Tickets.Touch(1);
        t.Tickets.Remove(1);
        t.Events.Add("a-0", null, "acquired", null, "somebody");
        t.Resources.Remove("a-0");
        t.Resources.Add(row with { Number = 1, Name = "a-1" });
        t.Resources.FreeNumber("a");
        t.Execute("DELETE FROM event WHERE number <= $oldest;", ("$oldest", 0));
    }

    private List<string> Plan(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {sql}";
        foreach (var name in sql.Split([' ', ',', '(', ')', ';', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(w => w[0] == '$').Distinct())
            command.Parameters.AddWithValue(name, DBNull.Value);
        using var reader = command.ExecuteReader();
        List<string> steps = [];
        while (reader.Read())
            steps.Add(reader.GetString(3));
        return steps;
    }
}
