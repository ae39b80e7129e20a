using CrCache.Leasing.Keeping;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Makes leases of what a request was given: what is new is made, what is in doubt tested, and if anything fails all of it goes back.</summary>
internal sealed class Fulfilment(StateStore store, Provisioner provisioner, Clearance clearance, Refill refill, Caller caller)
{
    // Who has what he asked for does not wait longer for what others left behind.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Makes and tests what was taken, all or nothing, and clears up what others left by the way.</summary>
    /// <returns>The leases, sorted by source and number.</returns>
    /// <exception cref="HealthException">Something that was free does not work; all that was taken is given back.</exception>
    public async Task<IReadOnlyList<Lease>> ProvisionAsync(
        IReadOnlyList<Allocation> taken, IReadOnlyList<ResourceRow> toClear, CancellationToken cancellationToken)
    {
        var making = taken.Select(a => provisioner.ProvisionAsync(a, cancellationToken)).ToList();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var clearing = clearance.ClearAsync(toClear, patience.Token);
        try
        {
            var rows = await Task.WhenAll(making).ConfigureAwait(false);
            RequireFit(taken);
            await LeaveAsync(clearing, patience, cancellationToken).ConfigureAwait(false);
            return [.. rows.OrderBy(r => r.Source, StringComparer.Ordinal).ThenBy(r => r.Number).Select(r => r.ToLease())];
        }
        catch
        {
            // All or nothing, also when the caller has given up: the undoing is not cancelled. Nothing is undone while it is still
            // being made.
            await ((Task)Task.WhenAll(making)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)clearing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var rows = taken.Zip(making, (a, m) => m.IsCompletedSuccessfully ? m.Result : a.Row).ToList();
            await UndoAsync(rows, SourcePlan.AllRules(taken.Select(a => a.Plan))).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What others left behind is cleared up by the way; what takes long, such as a hook that hangs, is not waited for but handed on.</summary>
    private async Task LeaveAsync(Task clearing, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        if (clearing.IsCompleted || await Task.WhenAny(clearing, Task.Delay(Patience, cancellationToken)).ConfigureAwait(false) == clearing)
        {
            await clearing.ConfigureAwait(false);
            return;
        }

        await patience.CancelAsync().ConfigureAwait(false);
        await clearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        refill.Start();
    }

    /// <summary>Of some resources nothing is known before they are made.</summary>
    private void RequireFit(IReadOnlyList<Allocation> taken)
    {
        if (!taken.Any(a => a is { IsNew: true, Where: not null }))
        {
            return;
        }

        store.Transact(t =>
        {
            Allocator allocator = new(t, new Transitions(t, caller), Earmarks.None);
            foreach (var allocation in taken)
            {
                if (t.Resources.Find(allocation.Row.Name) is { } row && allocation.Where?.FirstFalse(allocator.FactsOf(row, allocation.Plan)) is { } unfit)
                {
                    throw new ResourceException(ErrorCodes.ProvisionFailed, $"{row.Name} was made, and is not what was asked for: {unfit}");
                }
            }

            return true;
        });
    }

    private async Task UndoAsync(IReadOnlyList<ResourceRow> rows, IReadOnlyDictionary<string, KeepRules> rules)
    {
        var discards = store.Transact(t =>
        {
            var transitions = new Transitions(t, caller, rules);
            // What could not be made first: it must not count against what is given back as it was.
            foreach (var row in rows.OrderBy(r => r.State == ResourceState.Leased))
            {
                // Still the same hand-out, or still being made by this process: else it is no longer ours to undo.
                if (t.Resources.Find(row.Name) is { State: ResourceState.Leased or ResourceState.Provisioning } current && current.Epoch == row.Epoch)
                {
                    transitions.GiveBack(current, Transitions.Released, "the request failed");
                }
            }

            return transitions.ToClear;
        });
        await clearance.ClearAsync(discards, CancellationToken.None).ConfigureAwait(false);
    }
}
