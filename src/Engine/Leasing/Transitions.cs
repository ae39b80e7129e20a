using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>The arrows of a resource's life: each changes a row and writes an event, in the caller's transaction.</summary>
/// <param name="transaction">The transaction.</param>
/// <param name="caller">Who does it.</param>
/// <param name="reserves">How many resources each source keeps; a source that is not in it is left alone.</param>
internal sealed class Transitions(StoreTransaction transaction, Caller caller, IReadOnlyDictionary<string, int> reserves)
{
    private const int FirstRetrySeconds = 5;
    private const int LastRetrySeconds = 300;

    /// <summary>The longest that a failed discard is put off.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(LastRetrySeconds);

    /// <summary>Rows that came to be reset or discarded in this transaction; whoever runs it does that afterwards.</summary>
    public List<ResourceRow> ToClear { get; } = [];

    /// <summary>Begins a resource.</summary>
    public ResourceRow Begin(ResourceRow row)
    {
        row = row with
        {
            State = ResourceState.Provisioning,
            Since = transaction.Now,
            Actor = caller.Process,
            Epoch = Event(row.Name, null, "provisioning", row.Base is { } below ? $"on {below}" : null),
        };
        transaction.Resources.Add(row);
        return row;
    }

    /// <summary>Records the way in to a resource that is being made, so that hooks can use it.</summary>
    public ResourceRow Describe(ResourceRow row, string route, int concurrency)
    {
        row = row with { Route = route, Concurrency = concurrency };
        transaction.Resources.Update(row);
        return row;
    }

    /// <summary>Hands a resource out to the owner its row names.</summary>
    public ResourceRow HandOut(ResourceRow row, bool isNew)
    {
        if (isNew)
        {
            Event(row.Name, row.Epoch, "provisioned", null);
        }

        var owner = row.Owner ?? throw new InvalidOperationException($"{row.Name} is handed out to nobody");
        return Lease(row, owner, "acquired", $"by {owner.Name}{Remark(owner)}");
    }

    /// <summary>Hands a resource that somebody has to somebody else.</summary>
    public ResourceRow Steal(ResourceRow row, OwnerRow owner) =>
        Lease(row, owner, "stolen", $"from {row.Owner!.Name} by {owner.Name}{Remark(owner)}");

    /// <summary>
    /// Keeps a resource that somebody has for a person. It stays the same hand-out, so that whoever uses it can go on; a process it was
    /// bound to is remembered, because the hold does not end under it.
    /// </summary>
    public ResourceRow Hold(ResourceRow row, OwnerRow owner)
    {
        var former = row.Owner!;
        owner = owner with { Process = former.Process, Note = owner.Note ?? former.Note };
        Event(row.Name, row.Epoch, "held", $"for {owner.Name}{Remark(owner)}");
        row = row with { State = ResourceState.Held, Since = transaction.Now, Owner = owner.Lasting(owner.TimeToLive, transaction) };
        transaction.Resources.Update(row);
        return row;
    }

    /// <summary>Makes a lease last longer, or shorter.</summary>
    public ResourceRow Renew(ResourceRow row, TimeSpan timeToLive)
    {
        row = row with { Owner = row.Owner!.Lasting(timeToLive, transaction) };
        transaction.Resources.Update(row);
        return row;
    }

    /// <summary>Makes a lease last longer, or shorter, because somebody asked for it.</summary>
    public ResourceRow RenewOnRequest(ResourceRow row, TimeSpan timeToLive)
    {
        row = Renew(row, timeToLive);
        Event(row.Name, row.Epoch, "renewed", string.Create(CultureInfo.InvariantCulture, $"until {row.Owner!.Expires:u}"));
        return row;
    }

    /// <summary>What was acquired is no longer used by whoever acquired it; the person it is held for keeps it.</summary>
    public void LetGo(ResourceRow row)
    {
        if (row.Owner!.Process is not null)
        {
            transaction.Resources.Update(row with { Owner = row.Owner with { Process = null } });
        }
    }

    /// <summary>
    /// Takes a resource back: one that somebody has is kept as far as its source's reserve goes, once nothing of its holder runs on it any
    /// more; one that was still being made is discarded.
    /// </summary>
    public void GiveBack(ResourceRow row, string kind, string? detail)
    {
        if (!row.IsInUse)
        {
            Condemn(row, detail: null);
            return;
        }

        Event(row.Name, row.Epoch, kind, detail);
        if (caller.Commands.Any(row.Name))
        {
            Reset(row);
            return;
        }

        Settle(row);
    }

    /// <summary>Begins to make a resource that was given back ready for the next; this process is to carry it out.</summary>
    public void Reset(ResourceRow row)
    {
        row = row with { State = ResourceState.Resetting, Since = transaction.Now, Actor = caller.Process, Owner = null };
        transaction.Resources.Update(row);
        ToClear.Add(row);
    }

    /// <summary>Keeps a resource that nobody has as far as its source's reserve goes, and discards it otherwise.</summary>
    public void Settle(ResourceRow row)
    {
        var tally = transaction.Resources.Tally(row.Source);
        var kept = tally.Lasting() + tally.GetValueOrDefault(ResourceState.Resetting);
        if (kept <= reserves.GetValueOrDefault(row.Source))
        {
            transaction.Resources.Update(row with { State = ResourceState.Idle, Since = transaction.Now, Owner = null, Actor = null });
        }
        else
        {
            Condemn(row, detail: null);
        }
    }

    /// <summary>Begins to discard a resource, whatever it is doing; this process is to carry it out.</summary>
    public void Condemn(ResourceRow row, string? detail)
    {
        row = row with { State = ResourceState.Discarding, Since = transaction.Now, Actor = caller.Process, Owner = null };
        transaction.Resources.Update(row);
        Event(row.Name, row.Epoch, "discarding", detail);
        ToClear.Add(row);
    }

    /// <summary>Forgets a resource of which nothing is left, and gives back what it was layered on.</summary>
    public void Forget(ResourceRow row)
    {
        transaction.Resources.Remove(row.Name);
        Event(row.Name, row.Epoch, "discarded", null);
        if (row.Base is { } name && transaction.Resources.Find(name) is { } below && below.Owner?.Resource == row.Name)
        {
            GiveBack(below, "released", $"by {row.Name}");
        }
    }

    /// <summary>Leaves a resource that this process was clearing to whoever comes next.</summary>
    public void Abandon(ResourceRow row) => transaction.Resources.Update(row with { Actor = null });

    /// <summary>Keeps a resource whose discard failed for another try, later each time.</summary>
    public void Postpone(ResourceRow row, string why)
    {
        var wait = TimeSpan.FromSeconds(Math.Min(LastRetrySeconds, FirstRetrySeconds * Math.Pow(2, Math.Min(row.Failures, 10))));
        transaction.Resources.Update(row with
        {
            State = ResourceState.Dirty,
            Since = transaction.Now,
            Actor = null,
            Failures = row.Failures + 1,
            RetryAt = transaction.Now + wait,
        });
        Event(row.Name, row.Epoch, "failed", why);
    }

    private ResourceRow Lease(ResourceRow row, OwnerRow owner, string kind, string detail)
    {
        row = row with
        {
            State = ResourceState.Leased,
            Since = transaction.Now,
            Actor = null,
            Epoch = Event(row.Name, null, kind, detail),
            Owner = owner.Lasting(owner.TimeToLive, transaction),
        };
        transaction.Resources.Update(row);
        return row;
    }

    private static string Remark(OwnerRow owner) => owner.Note is { } note ? $": {note}" : "";

    private long Event(string resource, long? epoch, string kind, string? detail) =>
        transaction.Events.Add(resource, epoch, kind, detail, caller.Name);
}
