namespace CrCache.Copying;

/// <summary>What a copy did.</summary>
/// <param name="Files">Files that are at the destination now, sent or found unchanged.</param>
/// <param name="Sent">Of those, the ones that had to be sent.</param>
/// <param name="Bytes">Bytes of content that were sent.</param>
public sealed record CopyReport(int Files, int Sent, long Bytes)
{
    /// <summary>How many files, links and directories were deleted, a directory counted once with all in it.</summary>
    public int Deleted { get; init; }

    /// <summary>Of a copy that was only tried: what it would do. Else empty.</summary>
    public IReadOnlyList<CopyChange> Changes { get; init; } = [];
}
