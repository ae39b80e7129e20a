using System.Globalization;

namespace CrCache;

/// <summary>Who holds a resource, for people to read.</summary>
/// <param name="Resource">The resource's name.</param>
/// <param name="Owner">The holder, such as <c>alice@build1 (pid 4711)</c> or <c>pool-0</c>.</param>
/// <param name="Since">When it was handed out.</param>
/// <param name="Note">What the holder said about it, if anything.</param>
public sealed record LeaseHolder(string Resource, string Owner, DateTimeOffset Since, string? Note)
{
    /// <summary>The holder in words, such as <c>pool-0 is held by alice@build1 (pid 4711) since 2026-11-22 20:07:18Z: nightly</c>.</summary>
    /// <returns>The words.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Resource} is held by {Owner} since {Since:u}{(Note is null ? "" : ": " + Note)}");
}
