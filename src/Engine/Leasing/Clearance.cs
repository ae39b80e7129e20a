using CrCache.Hooks;
using CrCache.Leasing.Keeping;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Carries out what is written down: makes resources ready for the next holder, or unmakes them, and whatever that brings with it.</summary>
internal sealed class Clearance(StateStore store, SourceTypes types, HookCalls hooks, RouteBook routes, BaseTest bases, Caller caller, RuleBook book)
{
    private static readonly TimeSpan TidyTime = TimeSpan.FromSeconds(10);

    private readonly Restoration _restoration = new(store, types, hooks, routes, caller);

    /// <summary>Resets and unmakes resources, several at a time.</summary>
    /// <returns>What failed; those resources are kept as dirty and tried again by a later command.</returns>
    public async Task<IReadOnlyList<ResourceException>> ClearAsync(IReadOnlyList<ResourceRow> rows, CancellationToken cancellationToken)
    {
        var failures = await Task.WhenAll(rows.Select(r => ClearAsync(r, cancellationToken))).ConfigureAwait(false);
        return [.. failures.SelectMany(f => f)];
    }

    private async Task<IReadOnlyList<ResourceException>> ClearAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        try
        {
            // Nothing of its last holder, or of whoever was killed as he made it, goes on under what comes next.
            await caller.Commands.EndAsync(row.Name, cancellationToken).ConfigureAwait(false);
            if (row.State == ResourceState.Discarding)
            {
                await UnmakeAsync(row, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Given up, not failed: the next command goes on with it at once.
            Abandon(row);
            throw;
        }
        catch (Exception e)
        {
            // Whatever it was, the row must not stay with a process that no longer works on it.
            store.Transact(t =>
            {
                new Transitions(t, caller).Postpone(row, e.Message);
                return true;
            });
            if (e is not CrCacheException)
            {
                throw;
            }

            // It may well be that it never can.
            return [row is { State: ResourceState.Discarding, Failures: > 0 }
                ? new ResourceException((e as CrCacheException)?.Code ?? ErrorCodes.DiscardFailed, $"{e.Message} (if it never can be, 'crcache forget {row.Name}' gives it up)", e)
                : e as ResourceException ?? new ResourceException(ErrorCodes.DiscardFailed, $"{row.Name} could not be discarded: {e.Message}", e)];
        }

        // What it was layered on is given back, and that may have to be cleared in turn.
        var rules = book.Read(Returned(row));
        var (restored, failure) = row.State == ResourceState.Resetting ? await RestoreAsync(row, rules, cancellationToken).ConfigureAwait(false) : (row, null);
        var next = store.Transact(t =>
        {
            var transitions = new Transitions(t, caller, rules);
            if (restored is null)
            {
                // Whose fault it is has been written down.
                transitions.Condemn(t.Resources.Find(row.Name) ?? row, "it could not be reset");
            }
            else if (row.State == ResourceState.Discarding)
            {
                transitions.Forget(row);
            }
            else
            {
                transitions.Settle(restored);
            }

            return transitions.ToClear;
        });
        var failures = await ClearAsync(next, cancellationToken).ConfigureAwait(false);
        return failure is null ? failures : [failure, .. failures];
    }

    /// <returns>The resource as it is now, or null and why it is to be discarded.</returns>
    private async Task<(ResourceRow? Row, ResourceException? Failure)> RestoreAsync(
        ResourceRow row, IReadOnlyDictionary<string, KeepRules> rules, CancellationToken cancellationToken)
    {
        try
        {
            return (await _restoration.RestoreAsync(row, rules, cancellationToken).ConfigureAwait(false), null);
        }
        catch (CrCacheException e)
        {
            return (null, e as ResourceException ?? new ResourceException(ErrorCodes.ProvisionFailed, $"{row.Name} could not be reset: {e.Message}", e));
        }
        catch
        {
            // Given up, or nobody knows what: the next command goes on with it.
            Abandon(row);
            throw;
        }
    }

    private void Abandon(ResourceRow row) => store.Transact(t =>
    {
        new Transitions(t, caller).Abandon(t.Resources.Find(row.Name) ?? row);
        return true;
    });

    private async Task UnmakeAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        var settings = StoredJson.Settings(row.Settings);
        var type = types.Find(settings.Type) ?? throw new ResourceException(
            ErrorCodes.DiscardFailed, $"{row.Name} cannot be discarded: no source type '{settings.Type}' is known here any more");

        // What it was to be made on was never there, so nothing of it can be; one that has the name now is somebody else's.
        if (row is { Route: null, Base: { } below }
            && store.Transact(t => t.Resources.Find(below) is not { Route: not null } found || !(found.Owner?.IsShared is true || found.Owner?.Resource == row.Name)))
        {
            return;
        }

        // A resource that never got a way in has not been seen by any hook.
        if (row.Route is not null)
        {
            await hooks.RunAsync(HookStages.Discard, settings, row, cancellationToken).ConfigureAwait(false);
        }

        await TidyAsync(row, cancellationToken).ConfigureAwait(false);
        try
        {
            await type.DiscardAsync(routes.ContextOf(settings, row), cancellationToken).ConfigureAwait(false);
        }
        catch (ResourceException)
        {
            if (!await bases.HasTakenAsync(row, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }
        }

        caller.Temporaries.Forget(row.Name);
        if (row.Problem is null)
        {
            // Else whoever was told of it is still to read what was said.
            hooks.Forget(row.Name);
        }
    }

    /// <summary>Removes what is not gone with the resource, as on a machine that stays; one that is out of reach is given up all the same.</summary>
    private async Task TidyAsync(ResourceRow row, CancellationToken cancellationToken)
    {
        if (row.Route is null || !caller.Temporaries.Any(row.Name))
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TidyTime);
        try
        {
            await caller.Temporaries.RemoveAsync(row.Name, before: null, routes.StartOn(row.Name), limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CrCacheException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // It is broken, which may be why it is discarded.
        }
    }

    // The source of what is to be kept, or not, after this.
    private static IEnumerable<string> Returned(ResourceRow row) =>
        row.State == ResourceState.Resetting ? [row.Source] : row.Base is { } below ? [ResourceName.SourceOf(below)] : [];
}
