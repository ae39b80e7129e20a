using CrCache.Routes;
using CrCache.Store;

namespace CrCache.Leasing.Keeping;

/// <summary>
/// Starts <c>crcache refill</c>, which does ahead of time what need not be waited for, where an acquire or a release has left something to
/// do, or to clear up: a process of its own, that ends when it is done. Where there is no such command, whoever has one does it next time.
/// </summary>
internal sealed class Refill(StateStore store, HostEnvironment environment, EngineOptions options)
{
    private const int MostLookedAt = 20;

    /// <summary>Starts it if there is something to do.</summary>
    /// <param name="touched">The sources that were acquired from, or given back to, as they are configured here: of others nothing can be made.</param>
    public void Consider(IReadOnlyCollection<KeepRules> touched)
    {
        try
        {
            if (touched.Any(r => r.KeepsAnything) && store.Read(t => IsWanted(t, touched)))
            {
                Start();
            }
        }
        catch (CrCacheException)
        {
            // Whoever acquired or released has done so: that nothing is laid by is not to take it from him.
        }
    }

    /// <summary>Starts it.</summary>
    public void Start()
    {
        List<string> arguments = ["refill", "--quiet"];
        if (options.SearchParents)
        {
            arguments.Add("--parents");
        }

        // That it could not be started is nobody's error: what it would have done is done later.
        OwnCommand.Start(environment, options, arguments);
    }

    private static bool IsWanted(StoreTransaction transaction, IEnumerable<KeepRules> touched)
    {
        foreach (var rules in touched)
        {
            var stocks = rules.All().ToDictionary(r => r.Source, r => SourceStock.Of(
                r.Source, transaction, transaction.Resources.Due(r.Source, MostLookedAt).Select(d => IdleResource.Of(d, d.Since))));
            var decision = KeepPolicy.Decide(rules, stocks, transaction.Now, MostLookedAt);
            if (decision.Discard.Count > 0 || decision.Make.Any(m => MayBeMade(transaction, m.Source)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MayBeMade(StoreTransaction transaction, string source) =>
        transaction.Sources.Find(source) is not { } row || (row.Stopped is null && Strikes.IsDue(row.RetryAt, transaction.Now));
}
