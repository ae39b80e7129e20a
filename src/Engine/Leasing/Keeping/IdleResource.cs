using CrCache.Store;

namespace CrCache.Leasing.Keeping;

/// <summary>A resource that is ready and free.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uses">How often it was handed out.</param>
/// <param name="Made">When it was made.</param>
/// <param name="Since">Since when it is free.</param>
internal sealed record IdleResource(string Name, int Uses, DateTimeOffset Made, DateTimeOffset Since)
{
    /// <summary>One as the store has it, free since a time.</summary>
    public static IdleResource Of(ResourceRow row, DateTimeOffset since) => new(row.Name, row.Uses, row.Made ?? since, since);
}
