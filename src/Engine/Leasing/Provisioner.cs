using CrCache.Hooks;
using CrCache.Leasing.Selecting;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Makes what an allocation has written down as to be made, from the lowest layer up.</summary>
internal sealed class Provisioner(StateStore store, HookCalls hooks, RouteBook routes, Caller caller)
{
    /// <summary>Makes a resource ready.</summary>
    /// <returns>Its row, handed out.</returns>
    /// <exception cref="ResourceException">It could not be made, or a hook failed.</exception>
    public async Task<ResourceRow> ProvisionAsync(Allocation allocation, CancellationToken cancellationToken)
    {
        if (allocation.IsReady)
        {
            return allocation.Row;
        }

        var plan = allocation.Plan;
        var below = allocation.Base is { } layer ? await ProvisionAsync(layer, cancellationToken).ConfigureAwait(false) : null;
        var draft = plan.Draft ?? await MakeAsync(allocation, cancellationToken).ConfigureAwait(false);
        var facts = plan.Draft is null ? await ProbeAsync(allocation.Row, draft, cancellationToken).ConfigureAwait(false) : null;
        var row = Continue(allocation.Row, (t, transitions, r) =>
        {
            r = new Allocator(t, transitions, Earmarks.None).Describe(r with { Facts = facts }, plan, draft, below?.Concurrency);
            return plan.HasProvisionHooks ? r : transitions.HandOut(r, isNew: true);
        });
        if (plan.HasProvisionHooks)
        {
            await hooks.RunAsync(HookStages.Provision, plan.Settings, row, cancellationToken).ConfigureAwait(false);
            row = Continue(row, (_, transitions, r) => transitions.HandOut(r, isNew: true));
        }

        return row;
    }

    private Task<ResourceDraft> MakeAsync(Allocation allocation, CancellationToken cancellationToken) =>
        allocation.Plan.Type.ProvisionAsync(
            new ProvisionContext(allocation.Plan.Settings, allocation.Row.Name, null, routes.StartFrom(allocation.Row.Base, allocation.Row.Name)),
            cancellationToken);

    private async Task<string> ProbeAsync(ResourceRow row, ResourceDraft draft, CancellationToken cancellationToken)
    {
        var start = routes.StartFrom(row.Base, row.Name);
        return (await FactProbe.AskAsync((command, token) => start(draft.Route, command, token), cancellationToken).ConfigureAwait(false)).Stored;
    }

    // While this process lives nobody else touches a row that it is making; if it was judged dead all the same, it must not go on.
    private ResourceRow Continue(ResourceRow row, Func<StoreTransaction, Transitions, ResourceRow, ResourceRow> step) => store.Transact(t =>
    {
        var current = t.Resources.Find(row.Name);
        return current is { State: ResourceState.Provisioning } && current.Epoch == row.Epoch && current.Actor == caller.Process
            ? step(t, new Transitions(t, caller, new Dictionary<string, int>()), current)
            : throw new LeaseLostException(ErrorCodes.LeaseLost, $"{row.Name} was taken away while it was being made; acquire again");
    });
}
