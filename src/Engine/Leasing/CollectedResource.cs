namespace CrCache.Leasing;

/// <summary>Something that collecting did, or would do.</summary>
/// <param name="Resource">The resource's name.</param>
/// <param name="Action">What: <c>release</c>, <c>discard</c>, <c>finish</c>.</param>
/// <param name="Reason">Why, for a person to read.</param>
public sealed record CollectedResource(string Resource, string Action, string Reason);
