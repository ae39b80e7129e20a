using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Why a request got nothing.</summary>
internal static class Exhaustion
{
    private const int Named = 20;

    /// <summary>The error that names who holds what stands in the way.</summary>
    public static NothingAvailableException Explain(StoreTransaction transaction, SourcePlan plan, AcquireRequest request)
    {
        // A resource that another one of these is layered on is not in the way twice.
        var sources = plan.All().Select(p => p.Name).ToHashSet();
        var holders = sources
            .SelectMany(transaction.Resources.Of)
            .Where(r => r.State != ResourceState.Idle && !(r.Owner?.Resource is { } above && sources.Contains(ResourceName.SourceOf(above))))
            .Select(Holder)
            .ToList();
        var most = plan.Maximum is { } maximum ? string.Create(CultureInfo.InvariantCulture, $" (at most {maximum} in all)") : "";
        var none = request.Count == 1 || request.AllowFewer;
        var wanted = none ? "no resource" : string.Create(CultureInfo.InvariantCulture, $"fewer than {request.Count} resources");
        return new NothingAvailableException(
            $"{wanted} of '{plan.Name}' {(none ? "is" : "are")} free{most}: {holders.Count} in use; try again when one has been released",
            [.. holders.Take(Named)]);
    }

    private static LeaseHolder Holder(ResourceRow row) => new(
        row.Name,
        row.Owner is { } owner && row.State == ResourceState.Leased ? owner.Name : $"({row.State.ToString().ToLowerInvariant()})",
        row.Since,
        row.Owner?.Note);
}
