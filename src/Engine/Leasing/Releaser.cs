using CrCache.Leasing.Keeping;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Gives back what somebody has: all that was asked for in one transaction, or nothing.</summary>
internal sealed class Releaser(StateStore store, RuleBook rules, Clearance clearance, Refill refill, RouteBook book, Caller caller)
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
        store.Transact(t => t.Resources.OwnedBy(owner)).Select(r => r.Source),
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
        var known = rules.Read(sources);
        var (released, discards, touched) = store.Transact(t =>
        {
            Transitions transitions = new(t, caller, known);
            var rows = choose(t, transitions);
            rows.ForEach(r => transitions.GiveBack(r, Transitions.Released, null));
            return (rows, transitions.ToClear, rows.Select(r => r.Source).Distinct().Where(known.ContainsKey).Select(transitions.RulesOf).ToList());
        });
        var failures = await clearance.ClearAsync(discards, cancellationToken).ConfigureAwait(false);
        refill.Consider(touched);
        return failures.Count == 0 ? [.. released.Select(r => r.Name)] : throw Joined(failures);
    }

    private static ResourceException Joined(IReadOnlyList<ResourceException> failures) => failures.Count == 1 ? failures[0] : new(
        failures[0].Code, string.Join("; ", failures.Select(f => f.Message)), new AggregateException(failures));
}
