namespace CrCache.Copying;

/// <summary>An entry of a tar archive.</summary>
internal sealed record ArchiveEntry
{
    /// <summary>Its name, a directory's with a slash at its end.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required CopyKind Kind { get; init; }

    /// <summary>Whether it is another name of a file that came before: then it holds nothing.</summary>
    public bool IsHardLink { get; init; }

    /// <summary>Its permission bits.</summary>
    public int Mode { get; init; }

    /// <summary>How long a file is, holes included.</summary>
    public long Length { get; init; }

    /// <summary>When it was modified, in nanoseconds since 1970; an archive that is read does not say it.</summary>
    public long Modified { get; init; }

    /// <summary>Where a link leads.</summary>
    public string Target { get; init; } = "";

    /// <summary>Where a file holds something; null where it has no holes.</summary>
    public IReadOnlyList<FilePart>? Parts { get; init; }
}
