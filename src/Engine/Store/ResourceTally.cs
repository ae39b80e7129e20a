namespace CrCache.Store;

/// <summary>What the number of resources in each state says of a source.</summary>
internal static class ResourceTally
{
    /// <summary>Those that somebody has.</summary>
    public static int InUse(this Dictionary<ResourceState, int> tally) =>
        tally.GetValueOrDefault(ResourceState.Leased) + tally.GetValueOrDefault(ResourceState.Held);

    /// <summary>Those that count towards the reserve: ready and free, or to be so.</summary>
    public static int Lasting(this Dictionary<ResourceState, int> tally) =>
        tally.GetValueOrDefault(ResourceState.Idle) + tally.InUse() + tally.GetValueOrDefault(ResourceState.Resetting) + tally.GetValueOrDefault(ResourceState.Provisioning);

    /// <summary>All of them: whatever is not yet discarded.</summary>
    public static int All(this Dictionary<ResourceState, int> tally) => tally.Values.Sum();
}
