namespace CrCache.Store;

/// <summary>What the number of resources in each state says of a source.</summary>
internal static class ResourceTally
{
    /// <summary>Those that somebody has.</summary>
    public static int InUse(this Dictionary<ResourceState, int> tally) =>
        tally.GetValueOrDefault(ResourceState.Leased) + tally.GetValueOrDefault(ResourceState.Held);

    /// <summary>Those that count towards the reserve: ready and free, or to be so again.</summary>
    public static int Lasting(this Dictionary<ResourceState, int> tally) => tally.GetValueOrDefault(ResourceState.Idle) + tally.InUse();
}
