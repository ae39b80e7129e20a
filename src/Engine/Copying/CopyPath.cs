namespace CrCache.Copying;

/// <summary>One end of a copy: a path here, or <c>RESOURCE:PATH</c>.</summary>
/// <param name="Resource">The resource it is on; null for this machine.</param>
/// <param name="Path">The path; on a resource, relative ones count from where its commands start.</param>
public sealed record CopyPath(ResourceReference? Resource, string Path)
{
    /// <summary>
    /// Reads <c>PATH</c> or <c>RESOURCE:PATH</c>. As with scp, a colon counts only before the first slash, so
    /// <c>./a:b</c> is a local file.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The path.</returns>
    /// <exception cref="UsageException">The text or its path is empty.</exception>
    public static CopyPath Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (colon <= 0 || (slash >= 0 && slash < colon))
        {
            return text.Length > 0 ? new(null, text) : throw new UsageException("a path to copy is empty");
        }

        var path = text[(colon + 1)..];
        return new(ResourceReference.Parse(text[..colon]), path.Length > 0 ? path : ".");
    }

    /// <summary>Reads the same from bytes: a path need not be text.</summary>
    /// <param name="text">The bytes, as the system has them.</param>
    /// <inheritdoc cref="Parse(string)"/>
    public static CopyPath Parse(ReadOnlySpan<byte> text) => Parse(FileName.Decode(text));

    /// <inheritdoc/>
    public override string ToString() => Resource is { } resource ? $"{resource}:{Path}" : Path;
}
