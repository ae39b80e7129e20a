using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>What a file holds: a file of this machine, or a stream.</summary>
/// <param name="File">The file; null where there is only the stream.</param>
/// <param name="View">What its path counts from.</param>
/// <param name="Length">Its length as announced.</param>
/// <param name="Stream">What it holds but for its holes; null where there is the file.</param>
internal sealed record CopyContent(HeldEntry? File, DirectView? View, long Length, Stream? Stream)
{
    /// <summary>The file's path on this machine; null where it has none.</summary>
    public string? Path => View?.PathHere(File!);

    /// <summary>Where there is something; null where it has no holes.</summary>
    public IReadOnlyList<FilePart>? Parts { get; init; }

    /// <summary>Makes sure, when it has been read and before it is put in place, that nobody wrote to it meanwhile. One that grew is cut.</summary>
    /// <exception cref="ResourceException">It is half the old one and half the new.</exception>
    public Action RequireUnchanged { get; init; } = () => { };

    public static CopyContent OfFile(HeldEntry file, DirectView view, CopyTree tree, CopyEntry entry)
    {
        var before = file.Status;
        return new(file, view, entry.Size, null)
        {
            RequireUnchanged = () =>
            {
                var now = file.Status;
                if (now.Size < before.Size || (now.Size == before.Size && (now.ModifiedSeconds, now.ModifiedNanoseconds) != (before.ModifiedSeconds, before.ModifiedNanoseconds)))
                    throw CopyFailure.Of(tree.Show(entry), "it changed while it was read");
            },
        };
    }

    /// <summary>Where an open file of this machine holds something; null where it has no holes.</summary>
    public IReadOnlyList<FilePart>? PartsOf(SafeFileHandle file) =>
        File!.Status is { Blocks: var blocks } && blocks * 512 < Length ? KernelCopy.Parts(file, Length) : null;
}
