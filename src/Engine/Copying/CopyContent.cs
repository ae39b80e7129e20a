using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>What a file holds: a file of this machine, or a stream.</summary>
/// <param name="File">The file; null where there is only the stream.</param>
/// <param name="Length">Its length as announced.</param>
/// <param name="Stream">What it holds but for its holes; null where there is the file.</param>
internal sealed record CopyContent(HeldEntry? File, long Length, Stream? Stream)
{
    private DirectView? _view;
    private FileStatus _before;
    private CopyEntry? _entry;
    private CopyTree? _tree;

    /// <summary>Where there is something; null where it has no holes.</summary>
    public IReadOnlyList<FilePart>? Parts { get; init; }

    /// <summary>The file's path on this machine; null where it has none.</summary>
    public string? Path => _view?.PathHere(File!);

    /// <summary>What a file of this machine holds.</summary>
    /// <param name="file">The file, held.</param>
    /// <param name="view">What its path counts from.</param>
    /// <param name="entry">The file, as it was listed.</param>
    /// <param name="tree">What it is part of.</param>
    /// <param name="status">What it is now.</param>
    public static CopyContent OfFile(HeldEntry file, DirectView view, CopyEntry entry, CopyTree tree, FileStatus status) =>
        new(file, entry.Size, null) { _view = view, _before = status, _entry = entry, _tree = tree };

    /// <summary>Makes sure, when it has been read and before it is put in place, that nobody wrote to it meanwhile. One that grew is cut.</summary>
    /// <exception cref="ResourceException">It is half the old one and half the new.</exception>
    public void RequireUnchanged()
    {
        if (File is null)
            return;
        var (before, now) = (_before, File.Status);
        if (now.Size < before.Size || (now.Size == before.Size && (now.ModifiedSeconds, now.ModifiedNanoseconds) != (before.ModifiedSeconds, before.ModifiedNanoseconds)))
            throw CopyFailure.Of(_tree!.Show(_entry!), "it changed while it was read");
    }

    /// <summary>Where an open file of this machine holds something; null where it has no holes.</summary>
    public IReadOnlyList<FilePart>? PartsOf(SafeFileHandle file) => _before.Blocks * 512 < Length ? KernelCopy.Parts(file, Length) : null;
}
