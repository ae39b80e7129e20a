using CrCache.Leasing.Selecting;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>A resource that was taken for a request.</summary>
/// <param name="Row">It, as it was written.</param>
/// <param name="Plan">Its source.</param>
/// <param name="Base">The resource below it, where that was taken for it.</param>
/// <param name="IsNew">Whether it did not exist before.</param>
internal sealed record Allocation(ResourceRow Row, SourcePlan Plan, Allocation? Base, bool IsNew)
{
    /// <summary>What it was asked to be; null for anything.</summary>
    public Condition? Where { get; init; }

    /// <summary>Whether one that is not new is to be tested.</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>Whether it is what another one is layered on as well, and was taken, or is made or tested, for that: it is only waited for.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>Whether it can be used already; else it has still to be made, or, where it is not new, tested or prepared by hooks.</summary>
    public bool IsReady => Row.State is ResourceState.Leased or ResourceState.Idle;
}
