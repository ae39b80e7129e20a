using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Rows as callers see them.</summary>
internal static class LeaseRows
{
    /// <summary>The lease that a handed-out row is.</summary>
    public static Lease ToLease(this ResourceRow row) => new()
    {
        Resource = row.Name,
        Source = row.Source,
        Epoch = row.Epoch,
        Concurrency = row.Concurrency ?? 1,
        Expires = row.Owner?.Expires ?? DateTimeOffset.MaxValue,
    };
}
