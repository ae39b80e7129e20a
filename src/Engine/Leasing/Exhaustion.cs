using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Why a request got nothing.</summary>
internal static class Exhaustion
{
    private const int Named = 20;

    /// <summary>The error that names who holds what stands in the way.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="unmet">The demand that could not be met.</param>
    /// <param name="earmarks">What is kept for those who wait.</param>
    /// <param name="ahead">Those who wait.</param>
    public static NothingAvailableException Explain(
        StoreTransaction transaction, PlannedDemand unmet, Earmarks earmarks, IReadOnlyCollection<TicketRow> ahead)
    {
        var (demand, plan) = unmet;

        // A resource that another one of these is layered on is not in the way twice. Counted by the tallies, named by the first few rows:
        // there may be very many.
        var sources = plan.All().DistinctBy(p => p.Name).ToDictionary(p => p.Name);
        var holders = sources.Keys
            .SelectMany(transaction.Resources.Taken)
            .Where(r => !IsBelow(r, sources, transaction))
            .Take(Named)
            .Select(r => Holder(r, transaction))
            .ToList();
        var count = Math.Max(holders.Count, sources.Values.Sum(p => InUse(transaction.Resources.Tally(p.Name), p)) - SharedBelow(sources, transaction));
        var most = plan.Maximum is { } maximum ? string.Create(CultureInfo.InvariantCulture, $" (at most {maximum} in all)") : "";
        var wanted = demand.AtLeast == 1 ? "no resource" : string.Create(CultureInfo.InvariantCulture, $"fewer than {demand.AtLeast} resources");
        var line = earmarks.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $", {earmarks.Count} kept for {ahead.Count} who wait{(ahead.Count == 1 ? "s" : "")} ({ahead.First().Owner} since {ahead.First().Since:u})");
        var passed = plan.Hosts is { } hosts && new HostChoice(transaction, plan, hosts).Failing().OrderBy(f => f.Key).Select(f => (KeyValuePair<int, HostFailure>?)f).FirstOrDefault() is { } failing
            ? $", {hosts.Names[failing.Key]} passed over until {failing.Value.Until:u} ({failing.Value.Problem})"
            : "";
        return new NothingAvailableException(
            $"{wanted} of '{plan.Reference}' {(demand.AtLeast == 1 ? "is" : "are")} free{most}: {count} in use{line}{passed}; try again when one has been released, or wait for it with --wait",
            holders);
    }

    /// <summary>How many of a source are not free, less what they are layered on, which is not free either.</summary>
    private static int InUse(Dictionary<ResourceState, int> tally, SourcePlan plan) =>
        tally.Where(t => t.Key != ResourceState.Idle).Sum(t => t.Value) - (plan.Layers.Count > 0 && !plan.SharesLayers ? tally.Values.Sum() : 0);

    private static int SharedBelow(Dictionary<string, SourcePlan> sources, StoreTransaction transaction) => sources.Values
        .Where(p => p.SharesLayers)
        .SelectMany(p => p.Layers)
        .DistinctBy(l => l.Name)
        .SelectMany(l => transaction.Resources.Shared(l.Name, l.Binding))
        .Count(r => IsBelow(r, sources, transaction));

    private static bool IsBelow(ResourceRow row, Dictionary<string, SourcePlan> sources, StoreTransaction transaction) => row.Owner switch
    {
        { IsShared: true } => transaction.Resources.On(row.Name).Any(u => sources.ContainsKey(u.Source)),
        { Resource: { } above } => sources.ContainsKey(ResourceName.SourceOf(above)),
        _ => false,
    };

    private static LeaseHolder Holder(ResourceRow row, StoreTransaction transaction) => new(
        row.Name,
        row switch
        {
            { IsInUse: true } when LeaseRows.Holder(row, transaction) is { } holder => holder,
            { State: ResourceState.Dirty } => $"(dirty: it could not be discarded, crcache events says why; tried again after {row.RetryAt:u}, or at once by crcache gc --apply)",
            { State: ResourceState.Quarantined } => $"(quarantined: it has failed again and again; tried again after {row.RetryAt:u}, or at once by crcache heal {row.Name})",
            { State: ResourceState.Provisioning, Owner: null } => "(being made ahead of time, for whoever comes then)",
            _ => $"({row.State.ToString().ToLowerInvariant()})",
        },
        row.Since,
        row.Owner?.Note ?? row.Problem);
}
