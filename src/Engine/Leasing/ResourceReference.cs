using System.Globalization;

namespace CrCache;

/// <summary>
/// A resource as a caller names it: <c>pool-0</c>, or <c>pool-0@17</c> where the caller means one hand-out of it and
/// nothing later.
/// </summary>
/// <param name="Name">The resource's name, <c>SOURCE-N</c>.</param>
/// <param name="Epoch">The hand-out that is meant (the fencing token); null for whichever is current.</param>
public readonly record struct ResourceReference(string Name, long? Epoch = null)
{
    /// <summary>Reads <c>NAME</c> or <c>NAME@EPOCH</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="UsageException">The text is empty or its epoch is not a positive number.</exception>
    public static ResourceReference Parse(string text)
    {
        var at = text.LastIndexOf('@');
        if (at < 0)
        {
            return text.Length > 0 ? new(text) : throw new UsageException("a resource's name is empty");
        }

        return at > 0
            && long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && epoch > 0
                ? new(text[..at], epoch)
                : throw new UsageException($"'{Shown.Cut(text)}' is not a resource: write NAME, or NAME@EPOCH with the epoch that acquire --json gave");
    }

    /// <inheritdoc/>
    public override string ToString() => Epoch is { } epoch ? string.Create(CultureInfo.InvariantCulture, $"{Name}@{epoch}") : Name;
}
