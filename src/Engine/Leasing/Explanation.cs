using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Says of each candidate for a demand whether it would be given, in a transaction that changes nothing.</summary>
internal sealed class Explanation(StoreTransaction transaction, Allocator allocator, Earmarks earmarks)
{
    /// <summary>The candidates: the source's resources, and one that is yet to be made.</summary>
    public IEnumerable<Candidate> Of(PlannedDemand planned)
    {
        foreach (var row in transaction.Resources.Of(planned.Plan.Name))
        {
            yield return Of(planned, row) with { Binding = row.Binding };
        }

        if (planned.Plan.Hosts is { } hosts)
        {
            foreach (var (place, failure) in new HostChoice(transaction, planned.Plan, hosts).Failing().OrderBy(f => f.Key))
            {
                yield return new(planned.Plan.Name, null, false, $"{hosts.Names[place]} is passed over: {failure.Problem}", failure.Until) { Binding = planned.Plan.Binding };
            }
        }

        yield return New(planned) with { Binding = planned.Plan.Binding };
    }

    private Candidate Of(PlannedDemand planned, ResourceRow row)
    {
        Candidate No(string reason, DateTimeOffset? until = null) => new(planned.Plan.Name, row.Name, false, reason, until);
        if (row is { State: ResourceState.Idle } && row.Binding != planned.Plan.Binding)
        {
            return No("bound otherwise");
        }

        if (row.Binding == planned.Plan.Binding && planned.Where?.FirstFalse(allocator.FactsOf(row, planned.Plan)) is { } unfit)
        {
            return No(unfit);
        }

        return row switch
        {
            { IsInUse: true, Owner: { } owner } when owner.IsOver(transaction) || (owner.Process is { } process && Collector.IsGone(process)) =>
                new(planned.Plan.Name, row.Name, true, $"taken back from {owner.Name}, whose lease has ended", null),
            { IsInUse: true, Owner: { } owner } => No(
                $"held by {LeaseRows.Holder(row, transaction)} since {row.Since:u}{(owner.Note is { } note ? $": {note}" : "")}", owner.Expires),
            { State: ResourceState.Quarantined } => No($"quarantined: {row.Problem}", row.RetryAt),
            { State: ResourceState.Dirty } => No("it could not be discarded; crcache events says why", row.RetryAt),
            { State: not ResourceState.Idle } => No(row.State.ToString().ToLowerInvariant()),
            _ when allocator.WornOut(row, planned.Plan) is { } worn => No($"{worn}; it is discarded instead"),
            _ when !allocator.IsCurrent(row, planned.Plan) => No("made from an older configuration; it is discarded instead"),
            _ when earmarks.Keeps(row.Name) => No("kept for whoever waits"),
            _ => new(planned.Plan.Name, row.Name, true, "free", null),
        };
    }

    private Candidate New(PlannedDemand planned)
    {
        Candidate No(string reason) => new(planned.Plan.Name, null, false, reason, null);
        var plan = planned.Plan;
        if (planned.Unfit is { } unfit)
        {
            return No(unfit);
        }

        OwnerRow owner = new("explain", null, null, null, null, null);
        transaction.Execute("SAVEPOINT new;");
        var made = allocator.Make(plan, owner, planned.Fits);
        var room = made is null ? allocator.MakeRoom(plan, owner, planned.Fits, missing: 1) : null;
        transaction.Execute("ROLLBACK TO new;");
        return made is not null ? new(plan.Name, null, true, plan.Hosts is { } hosts ? $"can be made on {hosts.NameOf(made.Row.Number)}" : "can be made", null)
            : room is not null ? new(plan.Name, null, true, $"can be made: {room.Name} is discarded for it", null)
            : transaction.Resources.Tally(plan.Name).All() + earmarks.NewOf(plan.Name) >= plan.Settings.Maximum
                ? No(string.Create(CultureInfo.InvariantCulture, $"'{plan.Name}' has its maximum of {plan.Settings.Maximum}"))
            : plan.Hosts is not null ? No("no host that will do is free")
            : plan.Layers.Count > 0 ? No($"nothing that will do is free in {string.Join(", ", plan.Layers.Select(l => l.Reference))}")
            : No("it would not be what was asked for");
    }
}
