using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>One short transaction over the store's tables.</summary>
internal sealed class StoreTransaction
{
    private readonly StoreStatements _statements;

    internal StoreTransaction(StoreStatements statements, Instant instant, FaultPlan faults)
    {
        _statements = statements;
        Faults = faults;
        Instant = instant;
        Events = new EventTable(this);
        Resources = new ResourceTable(this);
        Tickets = new TicketTable(this);
        Sources = new SourceTable(this);
        Work = new WorkTable(this);
    }

    /// <summary>When the transaction happens: one time for all it writes.</summary>
    public Instant Instant { get; }

    /// <summary>When it happens, by the clock that people read.</summary>
    public DateTimeOffset Now => Instant.Now;

    /// <summary>The resources.</summary>
    public ResourceTable Resources { get; }

    /// <summary>What happened to them.</summary>
    public EventTable Events { get; }

    /// <summary>The requests that wait for them.</summary>
    public TicketTable Tickets { get; }

    /// <summary>What is kept of the sources' resources.</summary>
    public SourceTable Sources { get; }

    /// <summary>How long work took.</summary>
    public WorkTable Work { get; }

    /// <summary>Tells this store from every other: twelve hexadecimal digits.</summary>
    public string Identity => Query(r => r.GetString(0), "SELECT text FROM identity;")[0];

    /// <summary>Where a test build dies.</summary>
    public FaultPlan Faults { get; }

    /// <summary>Whether what it wrote was only tried, and is to be forgotten: others are then not told that anything has changed.</summary>
    public bool IsTrial { get; set; }

    /// <summary>Whether nothing can be written: the disk is full, or read-only.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => _statements.Execute(sql, parameters);

    /// <summary>Runs a statement that gives one number; null where it gives none.</summary>
    public long? Number(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => _statements.Number(sql, parameters);

    /// <summary>Runs a statement that gives rows.</summary>
    public List<T> Query<T>(Func<SqliteDataReader, T> row, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        _statements.Query(row, sql, parameters);
}
