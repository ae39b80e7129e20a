using CrCache.Hooks;
using CrCache.Leasing.Keeping;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>
/// Makes a resource that was given back, and that nothing runs on any more, as it was when it was made. Carried out again from the
/// beginning, where whoever did it was killed.
/// </summary>
internal sealed class Restoration(StateStore store, SourceTypes types, HookCalls hooks, RouteBook routes, Caller caller)
{
    /// <summary>Restores a resource, unless it is not kept anyway.</summary>
    /// <param name="row">The resource.</param>
    /// <param name="rules">What its source keeps.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>It, with its way in as it is now.</returns>
    /// <exception cref="CrCacheException">It could not be restored, which is written down.</exception>
    public async Task<ResourceRow> RestoreAsync(ResourceRow row, IReadOnlyDictionary<string, KeepRules> rules, CancellationToken cancellationToken)
    {
        await BlamingAsync(row, async () =>
        {
            await hooks.RunAsync(HookStages.Release, StoredJson.Settings(row.Settings), row, cancellationToken).ConfigureAwait(false);
            await caller.Temporaries.RemoveAsync(row.Name, before: null, routes.StartOn(row.Name), cancellationToken).ConfigureAwait(false);
            return row;
        }).ConfigureAwait(false);
        return store.Read(t => new Transitions(t, caller, rules).Unwanted(row)) is null
            ? await ResetAsync(row, cancellationToken).ConfigureAwait(false)
            : row;
    }

    private async Task<ResourceRow> ResetAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        // What it is layered on stays its own: nobody else makes it ready for the next.
        if (row.Base is { } name && store.Read(t => t.Resources.Find(name)) is { } below && below.Owner?.Resource == row.Name)
        {
            await caller.Commands.EndAsync(name, cancellationToken).ConfigureAwait(false);
            await ResetAsync(below, cancellationToken).ConfigureAwait(false);
        }

        return await BlamingAsync(row, () => ResetAloneAsync(row, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<ResourceRow> ResetAloneAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        var settings = StoredJson.Settings(row.Settings);
        var known = types.Find(settings.Type);
        if (known is { } type && type.Resets(settings))
        {
            if (await type.ResetAsync(routes.ContextOf(settings, row), cancellationToken).ConfigureAwait(false) is { } draft)
            {
                var route = StoredJson.Of(draft.Route with { Via = row.Base });
                row = row with { Route = route };

                // For the hooks, and whatever is layered on it.
                Change(row, (transitions, r) => transitions.Describe(r, route, r.Concurrency ?? 1));
            }

            if (type.Recreates(settings))
            {
                await hooks.RunAsync(HookStages.Provision, settings, row, cancellationToken).ConfigureAwait(false);
                await hooks.RunAsync(HookStages.Configure, settings, row, cancellationToken).ConfigureAwait(false);
            }
        }

        await hooks.RunAsync(HookStages.Reset, settings, row, cancellationToken).ConfigureAwait(false);
        if (known?.Rests(settings) is true)
        {
            await known.RestAsync(routes.ContextOf(settings, row), cancellationToken).ConfigureAwait(false);
        }

        return row;
    }

    private async Task<ResourceRow> BlamingAsync(ResourceRow row, Func<Task<ResourceRow>> step)
    {
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Change(row, (transitions, r) => transitions.Blame(r, e.Message));
            throw;
        }
    }

    private void Change(ResourceRow row, Action<Transitions, ResourceRow> step) => store.Transact(t =>
    {
        if (t.Resources.Find(row.Name) is { } current && current.Epoch == row.Epoch)
        {
            step(new Transitions(t, caller), current);
        }

        return true;
    });
}
