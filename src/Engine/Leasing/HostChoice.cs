using System.Globalization;
using CrCache.Leasing.Keeping;
using CrCache.Leasing.Selecting;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>
/// Chooses the host of a resource that is to be made, for a source that is spread over several. One that has failed is passed over for a
/// time, longer with each failure, as long as there are others: it must not keep them from being used.
/// </summary>
internal sealed class HostChoice(StoreTransaction transaction, SourcePlan plan, HostSpread hosts)
{
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>The number of the resource to make, which says the host.</summary>
    /// <param name="fits">Whether one of these facts will do; null for any.</param>
    /// <returns>The smallest that will do; null for none.</returns>
    public int? Number(Predicate<Facts>? fits)
    {
        var taken = transaction.Resources.Numbers(plan.Name);
        var failing = Failing();
        var known = fits is null ? null : Known();
        for (var number = 0; number < hosts.Limit; number++)
        {
            if (!taken.Contains(number) && (failing.Count == hosts.Names.Count || !failing.ContainsKey(hosts.Place(number))) && fits?.Invoke(Expected(number, known!)) is not false)
            {
                return number;
            }
        }

        return null;
    }

    /// <summary>The hosts that are passed over now, by their places.</summary>
    public Dictionary<int, HostFailure> Failing()
    {
        Dictionary<int, (int Count, DateTimeOffset Last, string? Problem)> failures = [];
        foreach (var failure in transaction.Events.Failures(plan.Name, transaction.Now - Memory))
        {
            if (ResourceName.SourceOf(failure.Resource) == plan.Name
                && int.TryParse(failure.Resource.AsSpan(plan.Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number < hosts.Limit)
            {
                var before = failures.GetValueOrDefault(hosts.Place(number));
                failures[hosts.Place(number)] = (before.Count + 1, failure.At, failure.Detail);
            }
        }

        return failures
            .Select(f => KeyValuePair.Create(f.Key, new HostFailure(f.Value.Last + Strikes.Refill(f.Value.Count), f.Value.Problem)))
            .Where(f => !Strikes.IsDue(f.Value.Until, transaction.Now))
            .ToDictionary();
    }

    /// <summary>Whether there is a host that has not failed.</summary>
    public bool HasOthers() => Failing().Count < hosts.Names.Count;

    private Dictionary<int, Facts> Known()
    {
        Dictionary<int, Facts> known = [];
        foreach (var (number, facts) in transaction.Resources.FactsByNumber(plan.Name, plan.Remembered))
        {
            known[hosts.Place(number)] = Facts.FromStored(facts);
        }

        return known;
    }

    // Hosts need not be alike: of one that has never had a resource only its name is known.
    private Facts Expected(int number, Dictionary<int, Facts> known) =>
        (known.TryGetValue(hosts.Place(number), out var facts) ? facts : Facts.None.Unasked()).With(plan.LabelsOf(number));
}
