namespace CrCache.Leasing;

/// <summary>A resource that a request could be given, or one that could be made for it.</summary>
/// <param name="Source">The source that was asked for.</param>
/// <param name="Resource">The resource; null for one that is yet to be made.</param>
/// <param name="IsFree">Whether the request would be given it.</param>
/// <param name="Reason">Why, or why not: the first clause that does not hold, the holder, the limit.</param>
/// <param name="Until">When that ends by itself; null where it does not, or that is not known.</param>
public sealed record Candidate(string Source, string? Resource, bool IsFree, string Reason, DateTimeOffset? Until)
{
    /// <summary>What is bound to the source's parameters, as <see cref="Configuration.SourceReference.Binding"/> has it; empty for nothing.</summary>
    public string Binding { get; init; } = "";
}
