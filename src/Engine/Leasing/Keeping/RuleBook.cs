using CrCache.Store;

namespace CrCache.Leasing.Keeping;

/// <summary>
/// What sources keep, as it is configured now. A source that another directory's configuration has is not seen from here: what it had
/// when it was last acquired from is then in the store, and holds as long as its configuration is there. One whose configuration was
/// removed keeps nothing.
/// </summary>
internal sealed class RuleBook(StateStore store, SourcePlans plans)
{
    /// <summary>Reads the rules of sources; never inside a transaction.</summary>
    /// <returns>Those that are known from here; for the others the store's hold.</returns>
    public IReadOnlyDictionary<string, KeepRules> Read(IEnumerable<string> sources)
    {
        Dictionary<string, KeepRules> rules = new(StringComparer.Ordinal);
        foreach (var name in sources.Distinct())
        {
            if (plans.TryRules(name) is { } configured)
            {
                rules.Add(name, configured);
            }
            else if (!plans.IsConfigured(name) && !IsElsewhere(store.Transact(t => t.Sources.Find(name))))
            {
                rules.Add(name, KeepRules.Nothing(name));
            }
        }

        return rules;
    }

    private static bool IsElsewhere(SourceRow? row) => row?.Directory is { } directory && Directory.Exists(directory);
}
