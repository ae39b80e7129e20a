namespace CrCache.Leasing;

/// <summary>Something that collecting or refilling did, or would do.</summary>
/// <param name="Resource">The resource's name.</param>
/// <param name="Action">What: <c>release</c>, <c>reset</c>, <c>discard</c>, <c>retest</c>, <c>make</c>, or <c>failed</c>.</param>
/// <param name="Reason">Why, for a person to read.</param>
public sealed record CollectedResource(string Resource, string Action, string Reason)
{
    private const string Failed = "failed";

    /// <summary>Whether it says that something could not be done.</summary>
    public bool IsFailure => Action == Failed;

    internal static CollectedResource Failure(string resource, string why) => new(resource, Failed, why);
}
