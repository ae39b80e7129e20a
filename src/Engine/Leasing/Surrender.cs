using CrCache.Leasing.Keeping;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Gives resources up whose discard can never succeed: they do not count any more, and what is left of them is for somebody else to remove.</summary>
internal sealed class Surrender(StateStore store, SourceTypes types, HookCalls hooks, RouteBook routes, Caller caller, Clearance clearance, RuleBook book)
{
    /// <summary>Forgets resources, all or none.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="force">Also those with which nothing is wrong, whoever has them.</param>
    /// <param name="cancellationToken">Gives up ending what runs on them; they are forgotten by then.</param>
    public async Task<IReadOnlyList<ForgottenResource>> ForgetAsync(IReadOnlyList<string> names, bool force, CancellationToken cancellationToken)
    {
        var rows = store.Read(t => names.Distinct(StringComparer.Ordinal).Select(n => Require(t, n, force)).ToList());
        ForgottenResource[] forgotten = [.. rows.Select(r => new ForgottenResource(r.Name, Left(r)))];
        var rules = book.Read(rows.Select(r => r.Base).OfType<string>().Select(ResourceName.SourceOf));
        var discards = store.Transact(t =>
        {
            Transitions transitions = new(t, caller, rules);
            foreach (var one in forgotten)
            {
                transitions.GiveUp(Require(t, one.Resource, force), one.Left);
            }

            return transitions.ToClear;
        });
        foreach (var row in rows)
        {
            hooks.Forget(row.Name);
            await caller.Commands.EndAsync(row.Name, cancellationToken).ConfigureAwait(false);
        }

        var failures = await clearance.ClearAsync(discards, cancellationToken).ConfigureAwait(false);
        return failures.Count == 0 ? forgotten : throw failures[0];
    }

    private static ResourceRow Require(StoreTransaction transaction, string name, bool force)
    {
        var row = RouteBook.RequireAny(transaction, name);
        var state = row.State.ToString().ToLowerInvariant();
        if (row.Actor is not null && !Collector.IsGone(row.Actor))
        {
            throw new UsageException(ErrorCodes.HeldByAnother, $"{name} is {state}: whoever is at work on it still runs; wait for that, or end it");
        }

        if (transaction.Resources.On(name) is [var above, ..])
        {
            throw new UsageException(ErrorCodes.HeldByAnother, $"{above.Name} is layered on {name}; release or forget {above.Name} first");
        }

        return row switch
        {
            _ when force || RouteBook.IsSick(row) => row,
            { IsInUse: true, Owner: { } owner } => throw new UsageException(
                ErrorCodes.HeldByAnother, $"{name} is {state} by {owner.Name}: release it, which discards it if it is not kept; forget --force gives it up all the same"),
            { State: ResourceState.Idle } => throw new UsageException($"nothing is wrong with {name}: it is idle; forget --force gives it up all the same"),
            _ => row,
        };
    }

    private string? Left(ResourceRow row)
    {
        if (Strikes.IsOnlyAName(row))
        {
            return null;
        }

        var settings = StoredJson.Settings(row.Settings);
        var left = types.Find(settings.Type) is { } type ? type.Leftover(routes.ContextOf(settings, row)) : $"whatever the unknown source type '{settings.Type}' made";
        return left is null ? null : $"{left} on {row.Base ?? "this machine"}";
    }
}
