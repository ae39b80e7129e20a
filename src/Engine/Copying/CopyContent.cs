namespace CrCache.Copying;

/// <summary>What a file holds: a file of this machine, or a stream of known length.</summary>
/// <param name="File">The file; null where there is only the stream.</param>
/// <param name="Path">Its path on this machine; null where it has none.</param>
/// <param name="Length">Its length as announced.</param>
/// <param name="Open">Opens the stream.</param>
internal sealed record CopyContent(HeldEntry? File, string? Path, long Length, Func<Stream> Open)
{
    public static CopyContent OfFile(HeldEntry file, string? path, long length) =>
        new(file, path, length, () => new FixedLengthStream(new FileStream(file.Read(), FileAccess.Read, bufferSize: 0), length));
}
