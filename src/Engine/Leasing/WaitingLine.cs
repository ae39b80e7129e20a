using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>
/// The line of requests that wait, as one transaction sees it. Who is ahead is served first: what it could use of what is free is kept
/// for it, even if that is not yet enough, so that a request for four is not overtaken for ever by requests for one. One that can never
/// be served keeps nothing.
/// </summary>
/// <param name="transaction">The transaction.</param>
/// <param name="caller">Who looks.</param>
/// <param name="plans">The sources that were read; null for one that cannot be.</param>
internal sealed class WaitingLine(StoreTransaction transaction, Caller caller, IReadOnlyDictionary<string, SourcePlan?> plans)
{
    /// <summary>How often one who waits says so.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    // Whoever is stopped, or waits on a machine that hangs, lets the others pass meanwhile.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    /// <summary>Sources that have to be read before the line can be judged.</summary>
    public HashSet<string> Unknown { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it was changed.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Puts a request at the end of its priority's line.</summary>
    /// <returns>Its ticket.</returns>
    public long Join(TicketRow row)
    {
        transaction.Faults.Reach(TransitionKind.Join);
        var number = transaction.Tickets.Add(row);
        var wanted = string.Join(", ", StoredJson.Demands(row.Demands).Select(Words));
        Event(row with { Number = number }, "waiting", string.Create(CultureInfo.InvariantCulture, $"priority {row.Priority}: {wanted}"));
        return number;
    }

    /// <summary>Takes a request out of the line that has got what it waited for.</summary>
    public void Serve(long ticket) => Remove(ticket, TransitionKind.Serve, "served", detail: null);

    /// <summary>Takes a request out of the line that does not wait any more, if it is still in it.</summary>
    public void Leave(long ticket, string? why) => Remove(ticket, TransitionKind.Leave, "left", why);

    /// <summary>Takes those out of the line who have died, and tells who stands before a request.</summary>
    /// <param name="priority">The request's priority.</param>
    /// <param name="ticket">Its ticket; null where it does not stand in line, and so comes last.</param>
    public List<TicketRow> Ahead(int priority, long? ticket)
    {
        List<TicketRow> ahead = [];
        foreach (var row in transaction.Tickets.InOrder())
        {
            if (ProcessIdentity.Parse(row.Process) is not { } process || process.IsGone())
            {
                Leave(row.Number, "its process has ended");
                HasChanged = true;
            }
            else if ((row.Priority > priority || (row.Priority == priority && !(row.Number >= ticket)))
                && (transaction.Now - row.Seen).Duration() <= LongestSilence)
            {
                ahead.Add(row);
            }
        }

        return ahead;
    }

    /// <summary>What is kept for them.</summary>
    public Earmarks Earmark(IReadOnlyList<TicketRow> ahead)
    {
        if (ahead.Count == 0)
        {
            return Earmarks.None;
        }

        Earmarks earmarks = new();
        transaction.Execute("SAVEPOINT line;");
        foreach (var row in ahead)
        {
            var demands = Plan(StoredJson.Demands(row.Demands));
            if (demands?.All(d => d.CanEverBeMet) is not true)
            {
                continue;
            }

            Allocator allocator = new(transaction, new Transitions(transaction, caller), Earmarks.None);
            OwnerRow owner = new(row.Owner, row.Process, null, null, null, null);
            foreach (var planned in PlannedDemand.InOrder(demands))
            {
                for (var i = 0; i < planned.Demand.Count; i++)
                {
                    if (allocator.Take(planned.Plan, owner, planned.Fits) is { } allocation)
                    {
                        earmarks.Keep(allocation);
                    }
                    else if (allocator.MakeRoom(planned.Plan, owner, planned.Fits, missing: 1) is null)
                    {
                        earmarks.Close(planned.Plan);
                        break;
                    }
                }
            }

            // What would be given up for it, or is stale as the configuration stands in this process, is its as well: others may have read another.
            allocator.Condemned.ForEach(c => earmarks.Keep(c.Row));
        }

        transaction.Execute("ROLLBACK TO line;");
        transaction.Execute("RELEASE line;");
        return earmarks;
    }

    private static string Words(ResourceDemand demand)
    {
        var count = demand.AtLeast == demand.Count ? "" : string.Create(CultureInfo.InvariantCulture, $"{demand.AtLeast}..");
        return string.Create(CultureInfo.InvariantCulture, $"{count}{demand.Count} of {demand.Source}{(demand.Where is { } where ? $" where {where}" : "")}");
    }

    private void Remove(long ticket, TransitionKind kind, string word, string? detail)
    {
        transaction.Faults.Reach(kind);
        if (transaction.Tickets.Remove(ticket) is { } row)
        {
            Event(row, word, detail);
        }
    }

    private void Event(TicketRow row, string kind, string? detail) => transaction.Events.Add(
        string.Join(',', StoredJson.Demands(row.Demands).Select(d => d.Source)), row.Number, kind, detail, caller.Name);

    private List<PlannedDemand>? Plan(IReadOnlyList<ResourceDemand> demands)
    {
        List<PlannedDemand> planned = [];
        foreach (var demand in demands)
        {
            if (!plans.TryGetValue(demand.Source, out var plan))
            {
                Unknown.Add(demand.Source);
            }

            if (plan is null)
            {
                return null;
            }

            planned.Add(new(demand, plan));
        }

        return planned;
    }
}
