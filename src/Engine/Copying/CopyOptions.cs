namespace CrCache.Copying;

/// <summary>How a copy is made.</summary>
public sealed record CopyOptions
{
    /// <summary>
    /// What is left out of trees: patterns as in a <c>.gitignore</c> at the tree's root, the last one that fits counts. They come after those of a
    /// file <c>.crcacheignore</c> that is there. A source itself whose name fits a pattern without a slash is left out as well.
    /// </summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>
    /// Whether what is not in a source directory is deleted from the directory that it is copied to, but for what was left out. What is in the
    /// way of a file or directory is deleted too. No link is followed.
    /// </summary>
    public bool Delete { get; init; }

    /// <summary>Whether nothing is done: the report says what would be.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether what files hold is compared, and not only size, time and mode.</summary>
    public bool Checksum { get; init; }

    /// <summary>Whether what goes over a way to a resource is compressed; null where it is tried whether that pays, of what goes over ssh and is not little.</summary>
    public bool? Compress { get; init; }

    /// <summary>Is told now and then how far the copy is, on any thread; null for nobody.</summary>
    public IProgress<CopyProgress>? Progress { get; init; }
}
