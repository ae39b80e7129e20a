namespace CrCache.Leasing;

/// <summary>A demand with its source read.</summary>
/// <param name="Demand">The demand.</param>
/// <param name="Plan">Its source.</param>
internal sealed record PlannedDemand(ResourceDemand Demand, SourcePlan Plan)
{
    /// <summary>Whether the limits allow it at all, were everything free.</summary>
    public bool CanEverBeMet => !(Plan.Maximum < Demand.AtLeast);

    /// <summary>
    /// The order in which demands are met: the one that has the fewest sources to choose from first, so that it does not find taken by
    /// another what that one could have found elsewhere.
    /// </summary>
    public static IReadOnlyList<PlannedDemand> InOrder(IEnumerable<PlannedDemand> demands) =>
        [.. demands.OrderBy(d => d.Plan.All().Count()).ThenBy(d => d.Plan.Name, StringComparer.Ordinal)];
}
