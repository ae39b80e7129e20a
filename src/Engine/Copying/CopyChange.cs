namespace CrCache.Copying;

/// <summary>What a copy would do to something.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">Its path at the destination, as the user named that.</param>
public sealed record CopyChange(CopyChangeKind Kind, string Path);
