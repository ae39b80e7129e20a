using CrCache.Hooks;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Unmakes resources that are written down as to be discarded, and whatever comes to be discarded by that.</summary>
internal sealed class Discarder(StateStore store, SourceTypes types, HookCalls hooks, RouteBook routes, Caller caller, SourcePlans plans)
{
    /// <summary>Unmakes resources, several at a time.</summary>
    /// <returns>What failed; those resources are kept as dirty and tried again by a later command.</returns>
    public async Task<IReadOnlyList<ResourceException>> DiscardAsync(IReadOnlyList<ResourceRow> rows, CancellationToken cancellationToken)
    {
        var failures = await Task.WhenAll(rows.Select(r => DiscardAsync(r, cancellationToken))).ConfigureAwait(false);
        return [.. failures.SelectMany(f => f)];
    }

    private async Task<IReadOnlyList<ResourceException>> DiscardAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        try
        {
            await UnmakeAsync(row, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it was, the row must not stay with a process that no longer works on it.
            store.Transact(t =>
            {
                new Transitions(t, caller, new Dictionary<string, int>()).Postpone(row, e.Message);
                return true;
            });
            if (e is not CrCacheException)
            {
                throw;
            }

            return [e as ResourceException ?? new ResourceException(ErrorCodes.DiscardFailed, $"{row.Name} could not be discarded: {e.Message}", e)];
        }

        // What it was layered on is given back, and that may have to be discarded in turn.
        var reserves = Reserves(row);
        var next = store.Transact(t =>
        {
            var transitions = new Transitions(t, caller, reserves);
            transitions.Forget(row);
            return transitions.ToDiscard;
        });
        return await DiscardAsync(next, cancellationToken).ConfigureAwait(false);
    }

    private async Task UnmakeAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        var settings = StoredJson.Settings(row.Settings);
        var type = types.Find(settings.Type) ?? throw new ResourceException(
            ErrorCodes.DiscardFailed, $"{row.Name} cannot be discarded: no source type '{settings.Type}' is known here any more");

        // A resource that never got a way in has not been seen by any hook.
        if (row.Route is not null)
        {
            await hooks.RunAsync(HookStages.Discard, settings, row, cancellationToken).ConfigureAwait(false);
        }

        var context = new ProvisionContext(settings, row.Name, row.Route is { } route ? StoredJson.Route(route) : null, routes.StartFrom(row.Base));
        await type.DiscardAsync(context, cancellationToken).ConfigureAwait(false);
    }

    private Dictionary<string, int> Reserves(ResourceRow row) =>
        row.Base is { } below ? new() { [ResourceName.SourceOf(below)] = plans.Reserve(ResourceName.SourceOf(below)) } : [];
}
