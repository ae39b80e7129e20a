using CrCache.Hooks;
using CrCache.Leasing.Keeping;
using CrCache.Leasing.Selecting;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Makes what an allocation has written down as to be made, from the lowest layer up, and tests what is in doubt.</summary>
internal sealed class Provisioner(StateStore store, HookCalls hooks, RouteBook routes, HealthTest test, BaseTest bases, Caller caller)
{
    // What ends without anybody writing, such as a maker, is looked for so often.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    /// <summary>Makes a resource ready.</summary>
    /// <returns>Its row: handed out, or, where it is made for nobody, kept or about to be discarded.</returns>
    /// <exception cref="ResourceException">It could not be made, or a hook failed.</exception>
    /// <exception cref="HealthException">It was there, and does not work any more.</exception>
    public async Task<ResourceRow> ProvisionAsync(Allocation allocation, CancellationToken cancellationToken)
    {
        if (allocation.IsAwaited)
        {
            return await AwaitAsync(allocation.Row, cancellationToken).ConfigureAwait(false);
        }

        // A command that gave its own resource back was not ended as it did so; it is before anybody else has one of that name.
        await caller.Commands.EndEarlierAsync(allocation.Row.Name, allocation.Row.Epoch, cancellationToken).ConfigureAwait(false);
        if (allocation.IsReady)
        {
            return allocation.Row;
        }

        // What is below has its own faults.
        var below = allocation.Base is { } layer ? await ProvisionAsync(layer, cancellationToken).ConfigureAwait(false) : null;
        try
        {
            return allocation.IsNew
                ? await MakeAsync(allocation, below, cancellationToken).ConfigureAwait(false)
                : await TestAsync(allocation, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ResourceException or HealthException)
        {
            if (allocation is { IsNew: true, Plan.SharesLayers: true }
                && await bases.DeadAsync(allocation.Row, cancellationToken).ConfigureAwait(false) is { } dead)
            {
                throw new HealthException($"{dead.Name}, which {allocation.Row.Name} was to be made on, does not work any more", e);
            }

            Change(allocation.Row, (_, transitions, r) => transitions.Blame(r, e.Message));
            if (e is ResourceException { Code: ErrorCodes.RouteFailed or ErrorCodes.ProvisionFailed } && allocation is { IsNew: true, Plan.Hosts: { } hosts }
                && store.Read(t => new HostChoice(t, allocation.Plan, hosts).HasOthers()))
            {
                throw new HealthException(e.Message, e) { Hosts = hosts.Names.Count };
            }

            throw;
        }
        catch when (allocation.Row.Owner?.IsShared is true)
        {
            // Others wait for it, who are not to be held up by one who has given up but lives on.
            store.Transact(t =>
            {
                if (t.Resources.Find(allocation.Row.Name) is { State: ResourceState.Provisioning } current && current.Epoch == allocation.Row.Epoch)
                {
                    new Transitions(t, caller).Abandon(current);
                }

                return true;
            });
            throw;
        }
    }

    /// <summary>Waits until what somebody else, or another part of the same request, makes or tests can be shared.</summary>
    private async Task<ResourceRow> AwaitAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        while (true)
        {
            var stamp = store.Stamp();
            switch (store.Read(t => t.Resources.Find(row.Name)))
            {
                case { State: ResourceState.Leased, Owner.IsShared: true, Problem: null } ready when ready.Settings == row.Settings:
                    return ready;
                case { Problem: { } problem, Made: null } failed:
                    throw new ResourceException(ErrorCodes.ProvisionFailed, $"{failed.Name}, which was to be shared, could not be made: {problem}");
                case { State: ResourceState.Provisioning, Owner.IsShared: true, Problem: null } pending when !Collector.IsGone(pending.Actor):
                    await store.WaitForChangeAsync(stamp, LongestSleep, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw new HealthException($"{row.Name}, which was to be shared, could not be made ready");
            }
        }
    }

    private async Task<ResourceRow> TestAsync(Allocation allocation, CancellationToken cancellationToken)
    {
        if (allocation.IsInDoubt)
        {
            await test.RequireAsync(allocation.Row.Name, cancellationToken).ConfigureAwait(false);
        }

        await hooks.RunAsync(HookStages.Acquire, allocation.Plan.Settings, allocation.Row, cancellationToken).ConfigureAwait(false);
        return Continue(allocation, (_, transitions, r) => transitions.HandOut(r));
    }

    private async Task<ResourceRow> MakeAsync(Allocation allocation, ResourceRow? below, CancellationToken cancellationToken)
    {
        var plan = allocation.Plan;
        var draft = plan.Draft ?? await DraftAsync(allocation, cancellationToken).ConfigureAwait(false);
        var facts = plan is { Draft: null, Here: null, HasFactsOfBase: false } ? await ProbeAsync(allocation.Row, draft, cancellationToken).ConfigureAwait(false) : null;
        var rests = allocation.Row.Owner is null && plan.Type.Rests(plan.Settings);
        var hasHooks = plan.HasMakingHooks || rests || (allocation.Row.Owner is not null && plan.Has(HookStages.Acquire));
        var row = Continue(allocation, (t, transitions, r) =>
        {
            r = new Allocator(t, transitions, Earmarks.None).Describe(r with { Facts = facts }, plan, draft, below?.Concurrency);
            return hasHooks ? r : transitions.Finish(r);
        });
        if (hasHooks)
        {
            await hooks.RunAsync(HookStages.Provision, plan.Settings, row, cancellationToken).ConfigureAwait(false);
            await hooks.RunAsync(HookStages.Configure, plan.Settings, row, cancellationToken).ConfigureAwait(false);
            row = row with { Concurrency = await hooks.ConcurrencyAsync(plan.Settings, row, cancellationToken).ConfigureAwait(false) };
            if (plan.HasMakingHooks && plan.Type.Snapshots(plan.Settings))
            {
                row = await SnapshotAsync(allocation, row, cancellationToken).ConfigureAwait(false);
            }

            if (row.Owner is not null)
            {
                await hooks.RunAsync(HookStages.Acquire, plan.Settings, row, cancellationToken).ConfigureAwait(false);
            }

            if (rests)
            {
                await plan.Type.RestAsync(routes.ContextOf(plan.Settings, row), cancellationToken).ConfigureAwait(false);
            }

            row = Continue(allocation, (_, transitions, r) => transitions.Finish(r with { Concurrency = row.Concurrency }));
        }

        return row;
    }

    private async Task<ResourceRow> SnapshotAsync(Allocation allocation, ResourceRow row, CancellationToken cancellationToken)
    {
        var plan = allocation.Plan;
        return await plan.Type.SnapshotAsync(routes.ContextOf(plan.Settings, row), cancellationToken).ConfigureAwait(false) is { } draft
            ? Continue(allocation, (t, transitions, r) => new Allocator(t, transitions, Earmarks.None).Describe(r, plan, draft, row.Concurrency)) with { Concurrency = row.Concurrency }
            : row;
    }

    private Task<ResourceDraft> DraftAsync(Allocation allocation, CancellationToken cancellationToken) =>
        allocation.Plan.Type.ProvisionAsync(routes.ContextOf(allocation.Plan.Settings, allocation.Row), cancellationToken);

    private async Task<string> ProbeAsync(ResourceRow row, ResourceDraft draft, CancellationToken cancellationToken)
    {
        var start = routes.StartFrom(row.Base, row.Name);
        return (await FactProbe.AskAsync((command, token) => start(draft.Route, command, token), cancellationToken).ConfigureAwait(false)).Stored;
    }

    // While this process lives nobody else touches a row that it is making; if it was judged dead all the same, it must not go on.
    private ResourceRow Continue(Allocation allocation, Func<StoreTransaction, Transitions, ResourceRow, ResourceRow> step)
    {
        Dictionary<string, KeepRules> rules = new() { [allocation.Plan.Name] = allocation.Plan.Rules };
        return Change(
            allocation.Row,
            (t, _, r) => r.State == ResourceState.Provisioning && r.Actor == caller.Process ? step(t, new Transitions(t, caller, rules), r) : null)
            ?? throw new LeaseLostException(ErrorCodes.LeaseLost, $"{allocation.Row.Name} was taken away while it was being made; acquire again");
    }

    private ResourceRow? Change(ResourceRow row, Func<StoreTransaction, Transitions, ResourceRow, ResourceRow?> step) => store.Transact(t =>
        t.Resources.Find(row.Name) is { } current && current.Epoch == row.Epoch ? step(t, new Transitions(t, caller), current) : null);
}
