using System.IO.Compression;

namespace CrCache.Copying;

/// <summary>
/// Takes files and links out of an archive that another machine sends. Only what was asked for is taken, once, and only as what
/// it was listed as: names in the archive choose nothing.
/// </summary>
/// <param name="about">What is copied, for messages.</param>
/// <param name="wanted">What was asked for, by its name in the archive.</param>
/// <param name="receiver">Gets it.</param>
internal sealed class FarArchive(CopyPath about, Dictionary<string, (CopyTree Tree, CopyItem Item)> wanted, CopyReceiver receiver)
{
    /// <summary>Something that was asked for and has not come; null where all has.</summary>
    public (CopyTree Tree, CopyItem Item)? Missing => wanted.Count > 0 ? wanted.Values.First() : null;

    /// <summary>Reads an archive to its end.</summary>
    /// <exception cref="ResourceException">It holds what nobody asked for, or a file cannot be put in place.</exception>
    /// <exception cref="InvalidDataException">It is none, or not whole.</exception>
    public async Task ReadAsync(Stream stream, bool compressed, CancellationToken cancellationToken)
    {
        Stream archive = compressed ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true) : stream;
        using ArchiveReader reader = new(archive);
        while (await reader.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
        {
            if (entry.Kind == CopyKind.Directory)
                continue;
            if (entry.Name.StartsWith('/') || HasWayUp(entry.Name))
                throw CopyFailure.Of(about.ToString(), $"refused, because the other side sent '{entry.Name}', which leads outside");
            if (wanted.Remove(entry.Name, out var found))
                await PutAsync(found.Tree, found.Item, entry, reader.Content, cancellationToken).ConfigureAwait(false);
        }

        // What is left is padding; a writer that nobody reads would fail.
        await archive.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
    }

    private static bool HasWayUp(ReadOnlySpan<char> name)
    {
        foreach (var part in name.Split('/'))
            if (name[part] is "..")
                return true;
        return false;
    }

    private Task PutAsync(CopyTree tree, CopyItem item, ArchiveEntry entry, Stream content, CancellationToken cancellationToken) => item.Entry.Kind switch
    {
        CopyKind.Link when entry.Kind == CopyKind.Link => receiver.PutLinkAsync(item, entry.Target, cancellationToken),
        CopyKind.File when entry is { Kind: CopyKind.File, IsHardLink: false } =>
            receiver.PutFileAsync(item, new(null, entry.Length, content) { Parts = entry.Parts }, cancellationToken),
        CopyKind.File when entry.IsHardLink =>
            throw CopyFailure.Of(tree.Show(item.Entry), "it is a hard link, which the tar there does not send as a file of its own"),
        _ => throw CopyFailure.Of(tree.Show(item.Entry), $"refused, because the other side listed it as one thing and sent another ({entry.Kind})"),
    };
}
