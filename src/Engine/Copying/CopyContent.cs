namespace CrCache.Copying;

/// <summary>What a file holds: a file of this machine, or a stream of known length.</summary>
/// <param name="File">The file; null where there is only the stream.</param>
/// <param name="Length">Its length as announced.</param>
/// <param name="Open">Opens the stream.</param>
internal sealed record CopyContent(string? File, long Length, Func<Stream> Open)
{
    public static CopyContent OfFile(string path, long length) => new(path, length, () => new FixedLengthStream(
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0), length));
}
