using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Gives back what somebody has: all that was asked for in one transaction, or nothing.</summary>
internal sealed class Releaser(StateStore store, SourcePlans plans, Clearance clearance, RouteBook book, Caller caller)
{
    /// <summary>Gives back resources by name.</summary>
    /// <returns>The names of what was given back.</returns>
    public Task<IReadOnlyList<string>> ReleaseAsync(
        IReadOnlyList<ResourceReference> resources, string? owner, bool force, CancellationToken cancellationToken) => GiveBackAsync(
        resources.Select(r => ResourceName.SourceOf(r.Name)),
        (t, transitions) =>
        {
            List<ResourceRow> rows = [];
            foreach (var (row, epoch) in resources.Select(r => (Row: book.Require(t, r), r.Epoch)).DistinctBy(r => r.Row.Name))
            {
                Ownership.RequireTop(row, "release");
                if (!force)
                {
                    Ownership.RequireOwn(row, epoch, owner);
                }

                if (row.State == ResourceState.Held && epoch is not null && !force)
                {
                    transitions.LetGo(row);
                }
                else
                {
                    rows.Add(row);
                }
            }

            return rows;
        },
        cancellationToken);

    /// <summary>Gives back all that an owner has.</summary>
    /// <returns>The names of what was given back.</returns>
    public Task<IReadOnlyList<string>> ReleaseOwnedAsync(string owner, bool force, CancellationToken cancellationToken) => GiveBackAsync(
        [],
        (t, _) =>
        {
            var rows = t.Resources.OwnedBy(owner);
            if (!force)
            {
                rows.ForEach(r => Ownership.RequireOwn(r, epoch: null, owner));
            }

            return rows;
        },
        cancellationToken);

    private async Task<IReadOnlyList<string>> GiveBackAsync(
        IEnumerable<string> sources, Func<StoreTransaction, Transitions, List<ResourceRow>> choose, CancellationToken cancellationToken)
    {
        var reserves = sources.Distinct().ToDictionary(s => s, plans.Reserve);
        while (true)
        {
            var (released, discards, unknown) = store.Transact(t =>
            {
                Transitions transitions = new(t, caller, reserves);
                var rows = choose(t, transitions);
                var unknown = rows.Select(r => r.Source).Distinct().Where(s => !reserves.ContainsKey(s)).ToList();
                if (unknown.Count == 0)
                {
                    rows.ForEach(r => transitions.GiveBack(r, "released", null));
                }

                return (rows, transitions.ToClear, unknown);
            });
            if (unknown.Count == 0)
            {
                var failures = await clearance.ClearAsync(discards, cancellationToken).ConfigureAwait(false);
                return failures.Count == 0 ? [.. released.Select(r => r.Name)] : throw Joined(failures);
            }

            // The configuration is not read inside a transaction.
            unknown.ForEach(s => reserves.Add(s, plans.Reserve(s)));
        }
    }

    private static ResourceException Joined(IReadOnlyList<ResourceException> failures) => failures.Count == 1 ? failures[0] : new(
        failures[0].Code, string.Join("; ", failures.Select(f => f.Message)), new AggregateException(failures));
}
