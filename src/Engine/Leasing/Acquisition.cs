using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Gets a request's resources: decided in one transaction over all layers, then made, all or nothing.</summary>
internal sealed class Acquisition(StateStore store, SourcePlans plans, Provisioner provisioner, Discarder discarder, Caller caller)
{
    private const int MostAtOnce = 10_000;

    /// <inheritdoc cref="LeaseService.AcquireAsync"/>
    public async Task<IReadOnlyList<Lease>> AcquireAsync(AcquireRequest request, CancellationToken cancellationToken)
    {
        CheckCount(request);
        var plan = plans.Load(request.Source);
        if (!request.AllowFewer && plan.Maximum < request.Count)
        {
            throw new UsageException(
                ErrorCodes.BeyondMaximum,
                string.Create(CultureInfo.InvariantCulture, $"'{plan.Name}' never has more than {plan.Maximum} resources, and {request.Count} were asked for"));
        }

        var owner = Caller.Owner(request);
        var reserves = plan.All().DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Settings.Reserve);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var decision = store.Transact(t => Decide(t, plan, request, owner, reserves));
            if (decision.Taken is { } taken)
            {
                return await ProvisionAsync(taken, decision.ToDiscard, cancellationToken).ConfigureAwait(false);
            }

            // Failures of others' leftovers are kept in the store for a later try; they are not this caller's business.
            await discarder.DiscardAsync(decision.ToDiscard, cancellationToken).ConfigureAwait(false);
            foreach (var source in decision.Unknown)
            {
                reserves.TryAdd(source, plans.Reserve(source));
            }

            // Nothing was in the way but the others.
            if (decision.ToDiscard.Count == 0 && decision.Unknown.Count == 0)
            {
                throw decision.Problem ?? throw new InvalidOperationException("nothing was taken, and for no reason");
            }
        }
    }

    private static void CheckCount(AcquireRequest request)
    {
        if (request.Count is < 1 or > MostAtOnce)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{request.Count} resources cannot be acquired; ask for 1 to {MostAtOnce}"));
        }
    }

    private Decision Decide(
        StoreTransaction transaction, SourcePlan plan, AcquireRequest request, OwnerRow owner, IReadOnlyDictionary<string, int> reserves)
    {
        var transitions = new Transitions(transaction, caller, reserves);
        var collector = new Collector(transaction, transitions, reserves);
        collector.Collect(apply: true);
        var allocator = new Allocator(transaction, transitions);
        var taken = new List<Allocation>();
        transaction.Execute("SAVEPOINT request;");
        var condemned = transitions.ToDiscard.Count;
        while (taken.Count < request.Count && allocator.Take(plan, owner) is { } allocation)
        {
            taken.Add(allocation);
        }

        if (taken.Count == request.Count || (request.AllowFewer && taken.Count > 0))
        {
            return new Decision(taken, null, transitions.ToDiscard, collector.Unknown);
        }

        // Too few: what was taken goes back, but what has to be discarded anyway, which may make room, goes on.
        var stale = transitions.ToDiscard[condemned..];
        transaction.Execute("ROLLBACK TO request;");
        transitions.ToDiscard.RemoveRange(condemned, stale.Count);
        stale.ForEach(r => transitions.Condemn(r, "its source's configuration has changed"));
        return new Decision(null, Exhaustion.Explain(transaction, plan, request), transitions.ToDiscard, collector.Unknown);
    }

    private async Task<IReadOnlyList<Lease>> ProvisionAsync(
        IReadOnlyList<Allocation> taken, IReadOnlyList<ResourceRow> toDiscard, CancellationToken cancellationToken)
    {
        var making = taken.Select(a => provisioner.ProvisionAsync(a, cancellationToken)).ToList();
        try
        {
            await discarder.DiscardAsync(toDiscard, cancellationToken).ConfigureAwait(false);
            var rows = await Task.WhenAll(making).ConfigureAwait(false);
            return [.. rows.OrderBy(r => r.Number).Select(r => r.ToLease())];
        }
        catch
        {
            // All or nothing, also when the caller has given up: the undoing is not cancelled. Nothing is undone while it is still
            // being made.
            await ((Task)Task.WhenAll(making)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var rows = taken.Zip(making, (a, m) => m.IsCompletedSuccessfully ? m.Result : a.Row).ToList();
            await UndoAsync(rows).ConfigureAwait(false);
            throw;
        }
    }

    private async Task UndoAsync(IReadOnlyList<ResourceRow> rows)
    {
        var reserves = rows.Select(r => r.Source).Distinct().ToDictionary(s => s, plans.Reserve);
        var discards = store.Transact(t =>
        {
            var transitions = new Transitions(t, caller, reserves);
            foreach (var row in rows)
            {
                // Still the same hand-out, or still being made by this process: else it is no longer ours to undo.
                if (t.Resources.Find(row.Name) is { State: ResourceState.Leased or ResourceState.Provisioning } current && current.Epoch == row.Epoch)
                {
                    transitions.GiveBack(current, "released", "the request failed");
                }
            }

            return transitions.ToDiscard;
        });
        await discarder.DiscardAsync(discards, CancellationToken.None).ConfigureAwait(false);
    }

    private sealed record Decision(
        IReadOnlyList<Allocation>? Taken, CrCacheException? Problem, List<ResourceRow> ToDiscard, IReadOnlyCollection<string> Unknown);
}
