using CrCache.Leasing.Selecting;

namespace CrCache.Leasing;

/// <summary>A demand with its source read.</summary>
/// <param name="Demand">The demand.</param>
/// <param name="Plan">Its source.</param>
internal sealed record PlannedDemand(ResourceDemand Demand, SourcePlan Plan)
{
    /// <summary>Which resources will do; null for any.</summary>
    public Condition? Where { get; } = Demand.Where is { } text ? Condition.Parse(text) : null;

    /// <summary>The same as a question; null for any.</summary>
    public Predicate<Facts>? Fits => Where is { } where ? where.Holds : null;

    /// <summary>Whether the limits allow it at all, were everything free.</summary>
    public bool CanEverBeMet => !(Plan.Maximum < Demand.AtLeast) && Unfit is null;

    /// <summary>What is known already to be wrong with all its resources, also those that are yet to be made; null for nothing.</summary>
    public string? Unfit => Where is { } where && Plan.Possible() is { Count: > 0 } possible && !possible.Any(where.Holds)
        ? where.FirstFalse(possible[0])
        : null;

    /// <summary>
    /// The order in which demands are met: the one that has the fewest sources to choose from first, so that it does not find taken by
    /// another what that one could have found elsewhere.
    /// </summary>
    public static IReadOnlyList<PlannedDemand> InOrder(IEnumerable<PlannedDemand> demands) =>
        [.. demands.OrderBy(d => d.Plan.All().Count()).ThenBy(d => d.Plan.Reference, StringComparer.Ordinal)];
}
