using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Whether what a resource is made on has died under it, where something about the resource has failed.</summary>
internal sealed class BaseTest(StateStore store, SourceTypes types, HealthTest test, Caller caller)
{
    /// <summary>
    /// Tests what a resource is made on. Where that does not work, it is written down: nothing more is made on it, and the last that is there
    /// gives it back to be discarded.
    /// </summary>
    /// <returns>It, where it does not work; null where it does, or where there is none.</returns>
    public async Task<ResourceRow?> DeadAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        if (row.Base is not { } name
            || store.Read(t => t.Resources.Find(name)) is not { Route: not null } below
            || !(below.Owner?.IsShared is true || below.Owner?.Resource == row.Name))
        {
            return null;
        }

        try
        {
            await test.RequireAsync(name, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (HealthException e)
        {
            store.Transact(t =>
            {
                if (t.Resources.Find(name) is { Problem: null } current && current.Epoch == below.Epoch)
                {
                    new Transitions(t, caller).Blame(current, e.Message);
                }

                return true;
            });
            return below;
        }
    }

    /// <summary>Whether what a resource is made on has ended, and all that was made on it with it: what lies within a container is nowhere else.</summary>
    public async Task<bool> HasTakenAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        var below = row.Base is { } name ? store.Read(t => t.Resources.Find(name)) : null;
        if (below is null)
        {
            return false;
        }

        var settings = StoredJson.Settings(below.Settings);
        return types.Find(settings.Type)?.Capabilities(settings).GetValueOrDefault("isolation") is "process" or "container"
            && await DeadAsync(row, cancellationToken).ConfigureAwait(false) is not null;
    }
}
