using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Rows as callers see them.</summary>
internal static class LeaseRows
{
    private const int MostNamed = 3;

    /// <summary>The lease that a row is, some time after it was handed out.</summary>
    public static Lease ToLease(this ResourceRow row, StoreTransaction transaction) =>
        row.ToLease() with { Expires = row.Owner?.Ends(transaction) ?? DateTimeOffset.MaxValue };

    /// <summary>The lease that a row is that has just been handed out.</summary>
    public static Lease ToLease(this ResourceRow row) => new()
    {
        Resource = row.Name,
        Source = row.Source,
        Binding = row.Binding,
        Epoch = row.Epoch,
        Concurrency = row.Concurrency ?? 1,
        Expires = row.Owner?.Expires ?? DateTimeOffset.MaxValue,
    };

    /// <summary>Who has a resource, for people to read: of what is shared, the first few that are layered on it.</summary>
    public static string? Holder(ResourceRow row, StoreTransaction transaction)
    {
        if (row.Owner is not { IsShared: true })
        {
            return row.Owner?.Name;
        }

        var users = transaction.Resources.On(row.Name);
        var more = users.Count > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {users.Count - MostNamed} more") : "";
        return string.Join(", ", users.Take(MostNamed).Select(u => u.Name)) + more;
    }

    /// <summary>The event that a row is.</summary>
    public static ResourceEvent ToEvent(this EventRow row) => new(row.Number, row.At, row.Resource, row.Epoch, row.Kind, row.Detail, row.Actor);
}
