using CrCache.Store;

namespace CrCache.Leasing.Keeping;

/// <summary>What a source has.</summary>
/// <param name="Owned">All that is not yet discarded: also what is only about to be made, dirty, held or quarantined.</param>
/// <param name="Lasting">Those among them that are, or are about to be, ready, free or in use.</param>
/// <param name="Free">Those among them that are ready and free.</param>
/// <param name="Idle">Those among them that are in question.</param>
internal sealed record SourceStock(int Owned, int Lasting, int Free, IReadOnlyList<IdleResource> Idle)
{
    /// <summary>What the store has of a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="idle">Its free resources that are in question.</param>
    public static SourceStock Of(string source, StoreTransaction transaction, IEnumerable<IdleResource> idle)
    {
        var tally = transaction.Resources.Tally(source);
        return new(tally.All(), tally.Lasting(), tally.GetValueOrDefault(ResourceState.Idle), [.. idle]);
    }
}
