using System.Globalization;
using CrCache.Leasing.Keeping;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>The arrows of a resource's life: each changes a row and writes an event, in the caller's transaction.</summary>
/// <param name="transaction">The transaction.</param>
/// <param name="caller">Who does it.</param>
/// <param name="known">What sources keep, as far as it was read; for the others what the store has of them holds.</param>
internal sealed class Transitions(StoreTransaction transaction, Caller caller, IReadOnlyDictionary<string, KeepRules>? known = null)
{
    /// <summary>The event of a resource that its holder has given back.</summary>
    public const string Released = "released";

    /// <summary>The event of one that was taken back, because its holder's time is over.</summary>
    public const string Collected = "collected";

    // The same of one that something above it was on.
    private const string Let = "let";

    private readonly Dictionary<string, KeepRules> _rules = known is null ? new(StringComparer.Ordinal) : new(known, StringComparer.Ordinal);

    /// <summary>Rows that came to be reset or discarded in this transaction; whoever runs it does that afterwards.</summary>
    public List<ResourceRow> ToClear { get; } = [];

    /// <summary>What a source keeps.</summary>
    public KeepRules RulesOf(string source)
    {
        if (_rules.TryGetValue(source, out var rules) && (rules.Directory is null || transaction.Sources.Find(source) is not { } row || row.Directory == rules.Directory))
        {
            return rules;
        }

        // Not seen from here, or another one of that name, whose resources these are.
        return _rules[source] = KeepRules.Of(source, transaction.Sources);
    }

    /// <summary>Remembers what a source keeps, for those who come from where its configuration is not seen.</summary>
    public void Learn(SourcePlan plan)
    {
        var row = transaction.Sources.Find(plan.Name);
        var current = plan.Rules.Over(row, plan.Settings);
        if (row?.Stopped is { } stopped && stopped != plan.Remembered)
        {
            current = current.Cleared();
        }

        if (current != row)
        {
            transaction.Sources.Put(current);
        }
    }

    /// <summary>Puts off making more of a source ahead of time, longer each time, or until its configuration has changed.</summary>
    public void PutOff(SourcePlan plan, string why, bool stops)
    {
        transaction.Faults.Reach(TransitionKind.PutOff);
        Learn(plan);
        var row = transaction.Sources.Find(plan.Name)!;
        transaction.Sources.Put(row with
        {
            Failures = row.Failures + 1,
            Problem = why,
            RetryAt = transaction.Now + Strikes.Refill(row.Failures + 1),
            Stopped = stops ? plan.Remembered : null,
        });
    }

    /// <summary>Lets more of a source be made at once, whatever has failed.</summary>
    public void Resume(SourcePlan plan)
    {
        transaction.Faults.Reach(TransitionKind.Resume);
        Learn(plan);
        transaction.Sources.Put(transaction.Sources.Find(plan.Name)! with { RetryAt = null, Stopped = null });
    }

    /// <summary>Begins a resource.</summary>
    public ResourceRow Begin(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Begin);
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
        transaction.Faults.Reach(TransitionKind.Describe);
        row = row with { Route = route, Concurrency = concurrency };
        transaction.Resources.Update(row);
        return row;
    }

    /// <summary>A resource has been made: hands it out to the owner its row names, or keeps it where that is nobody.</summary>
    public ResourceRow Finish(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Provision);
        Event(row.Name, row.Epoch, "provisioned", null);
        row = row with { Made = transaction.Now, Tested = transaction.Now };
        if (transaction.Sources.Find(row.Source) is { Problem: not null } failing)
        {
            transaction.Sources.Put(failing.Cleared());
        }

        return row.Owner is null ? Settle(row) : HandOut(row);
    }

    /// <summary>Hands a resource out to the owner its row names.</summary>
    public ResourceRow HandOut(ResourceRow row)
    {
        var owner = row.Owner ?? throw new InvalidOperationException($"{row.Name} is handed out to nobody");
        return Lease(row with { Uses = row.Uses + 1 }, owner, TransitionKind.HandOut, "acquired", $"by {owner.Name}{Remark(owner)}");
    }

    /// <summary>Begins to test a resource that was free, for the owner its row names: it is nobody's until it is seen to work.</summary>
    public ResourceRow Doubt(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Doubt);
        row = row with { State = ResourceState.Provisioning, Since = transaction.Now, Actor = caller.Process, Due = null };
        transaction.Resources.Update(row);
        Event(row.Name, row.Epoch, "testing", null);
        return row;
    }

    /// <summary>
    /// Records that something is wrong with a resource, so that it is discarded as soon as whoever has it gives it back. Never for
    /// what is a user's own command's.
    /// </summary>
    public ResourceRow Blame(ResourceRow row, string why)
    {
        transaction.Faults.Reach(TransitionKind.Blame);
        row = row with { Problem = why };
        transaction.Resources.Update(row);
        Event(row.Name, row.Epoch, "failed", why);
        return row;
    }

    /// <summary>Hands a resource that somebody has to somebody else.</summary>
    public ResourceRow Steal(ResourceRow row, OwnerRow owner) =>
        Lease(row, owner, TransitionKind.Steal, "stolen", $"from {row.Owner!.Name} by {owner.Name}{Remark(owner)}");

    /// <summary>
    /// Keeps a resource that somebody has for a person. It stays the same hand-out, so that whoever uses it can go on; a process it was
    /// bound to is remembered, because the hold does not end under it.
    /// </summary>
    public ResourceRow Hold(ResourceRow row, OwnerRow owner)
    {
        transaction.Faults.Reach(TransitionKind.Hold);
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
        transaction.Faults.Reach(TransitionKind.Renew);
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
        transaction.Faults.Reach(TransitionKind.LetGo);
        if (row.Owner!.Process is not null)
        {
            transaction.Resources.Update(row with { Owner = row.Owner with { Process = null } });
        }
    }

    /// <summary>
    /// Takes a resource back: one that was made is kept as far as its source's rules go, once nothing of its holder runs on it any more;
    /// one that was still being made, or with which something is wrong, is discarded.
    /// </summary>
    public void GiveBack(ResourceRow row, string kind, string? detail)
    {
        transaction.Faults.Reach(TransitionKind.GiveBack);
        if (row.IsInUse)
        {
            Event(row.Name, row.Epoch, kind == Let ? Released : kind, detail);

            // Whoever gives it back had it in use; whether it worked to the end for one who has died is not known.
            row = row with { Tested = kind == Released ? transaction.Now : kind == Collected ? null : row.Tested };
        }

        if (row.Problem is not null || row.Made is null)
        {
            Condemn(row, row.Problem);
            return;
        }

        if (RulesOf(row.Source).Resets || caller.Commands.Any(row.Name) || caller.Temporaries.Any(row.Name))
        {
            Reset(row);
            return;
        }

        Settle(row);
    }

    /// <summary>Begins to make a resource that was given back ready for the next; this process is to carry it out.</summary>
    public void Reset(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Reset);
        row = row with { State = ResourceState.Resetting, Since = transaction.Now, Actor = caller.Process, Owner = null };
        transaction.Resources.Update(row);
        ToClear.Add(row);
    }

    /// <summary>Why a resource that was given back is not kept, and so need not be made ready for anybody; null where it is.</summary>
    public string? Unwanted(ResourceRow row)
    {
        var stock = SourceStock.Of(row.Source, transaction, [IdleResource.Of(row, transaction.Now)]);
        return KeepPolicy.Discards(RulesOf(row.Source), stock, transaction.Now).Select(d => d.Reason).FirstOrDefault();
    }

    /// <summary>Keeps a resource that nobody has as far as its source's rules go, and discards it otherwise.</summary>
    public ResourceRow Settle(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Settle);
        if (Unwanted(row) is { } reason)
        {
            return Condemn(row, reason);
        }

        row = row with { State = ResourceState.Idle, Since = transaction.Now, Owner = null, Actor = null, Due = Due(RulesOf(row.Source), row) };
        transaction.Resources.Update(row);
        return row;
    }

    /// <summary>Leaves a resource that is free as it is, although it was to be looked at.</summary>
    public void Keep(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Keep);
        transaction.Resources.Update(row with { Due = Due(RulesOf(row.Source), row) });
    }

    /// <summary>Begins to discard a resource, whatever it is doing; this process is to carry it out.</summary>
    public ResourceRow Condemn(ResourceRow row, string? detail)
    {
        transaction.Faults.Reach(TransitionKind.Condemn);
        row = row with { State = ResourceState.Discarding, Since = transaction.Now, Actor = caller.Process, Owner = null, Due = null };
        transaction.Resources.Update(row);
        Event(row.Name, row.Epoch, "discarding", detail);
        ToClear.Add(row);
        return row;
    }

    /// <summary>
    /// Forgets a resource of which nothing is left, and gives back what it was layered on. Where it has failed again and again, its name
    /// is remembered, so that it is not made anew at once only to fail again.
    /// </summary>
    public void Forget(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Forget);
        if (row.Problem is not null && Strikes.Of(row.Name, transaction) is var strikes && strikes >= Strikes.Most)
        {
            Quarantine(row with { Route = null, Base = null, Facts = null, Concurrency = null, Made = null, Tested = null, Uses = 0, Failures = 0 }, strikes);
        }
        else
        {
            Remove(row, "discarded");
        }

        LetBase(row);
    }

    /// <summary>Gives a resource up of which something may be left.</summary>
    public void GiveUp(ResourceRow row, string? left)
    {
        transaction.Faults.Reach(TransitionKind.GiveUp);
        Remove(row, "forgotten", left);
        LetBase(row);
    }

    private void LetBase(ResourceRow row)
    {
        if (row.Base is { } name && transaction.Resources.Find(name) is { } below && IsFreed(below, row))
        {
            // It is known to work as far as what was on it did.
            GiveBack(below with { Tested = row.Problem is null ? row.Tested : null }, Let, $"by {row.Name}");
        }
    }

    /// <summary>Leaves a resource that this process was clearing to whoever comes next.</summary>
    public void Abandon(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Abandon);
        transaction.Resources.Update(row with { Actor = null });
    }

    /// <summary>Keeps a resource whose discard failed for another try, later each time.</summary>
    public void Postpone(ResourceRow row, string why)
    {
        transaction.Faults.Reach(TransitionKind.Postpone);
        Event(row.Name, row.Epoch, "failed", why);
        row = row with { Since = transaction.Now, Actor = null, Failures = row.Failures + 1, Problem = why };
        if (Strikes.Of(row.Name, transaction) is var strikes && strikes >= Strikes.Most)
        {
            Quarantine(row, strikes);
        }
        else
        {
            transaction.Resources.Update(row with { State = ResourceState.Dirty, RetryAt = transaction.Now + Strikes.Wait(row.Failures) });
        }
    }

    /// <summary>Lets a resource of which nothing is left be made anew, which is its test: if that fails, it is back in quarantine at once.</summary>
    public void Retest(ResourceRow row, string why)
    {
        transaction.Faults.Reach(TransitionKind.Retest);
        Event(row.Name, row.Epoch, "retest", why);
        Remove(row, "discarded");
    }

    /// <summary>Forgives a resource its strikes, and lets it be tried anew: what is left of it is discarded first.</summary>
    public void Heal(ResourceRow row)
    {
        transaction.Faults.Reach(TransitionKind.Heal);
        Event(row.Name, row.Epoch, "healed", row.Problem);
        if (Strikes.IsOnlyAName(row))
        {
            Remove(row, "discarded");
        }
        else
        {
            Condemn(row with { Problem = null, Failures = 0 }, "healed");
        }
    }

    // The last of those that share it gives it back.
    private bool IsFreed(ResourceRow below, ResourceRow user) =>
        below.Owner?.Resource == user.Name || (below.Owner?.IsShared is true && transaction.Resources.NumberOn(below.Name) == 0);

    private void Remove(ResourceRow row, string kind, string? detail = null)
    {
        transaction.Resources.Remove(row.Name);
        Event(row.Name, row.Epoch, kind, detail);
    }

    private void Quarantine(ResourceRow row, int strikes)
    {
        transaction.Faults.Reach(TransitionKind.Quarantine);
        row = row with { State = ResourceState.Quarantined, Since = transaction.Now, Actor = null, Owner = null, RetryAt = transaction.Now + Strikes.Quarantine(strikes) };
        transaction.Resources.Update(row);
        Event(row.Name, row.Epoch, "quarantined", row.Problem);
    }

    // When one that is free is to be looked at again.
    private DateTimeOffset? Due(KeepRules rules, ResourceRow row)
    {
        var old = row.Made + rules.MaxAge;
        var idle = transaction.Now + rules.IdleTime;
        return old < idle || idle is null ? old : idle;
    }

    private ResourceRow Lease(ResourceRow row, OwnerRow owner, TransitionKind kind, string word, string detail)
    {
        transaction.Faults.Reach(kind);
        row = row with
        {
            State = ResourceState.Leased,
            Since = transaction.Now,
            Actor = null,
            Due = null,
            Epoch = Event(row.Name, null, word, detail),
            Owner = owner.Lasting(owner.TimeToLive, transaction),
        };
        transaction.Resources.Update(row);
        return row;
    }

    private static string Remark(OwnerRow owner) => owner.Note is { } note ? $": {note}" : "";

    private long Event(string resource, long? epoch, string kind, string? detail) =>
        transaction.Events.Add(resource, epoch, kind, detail, caller.Name);
}
