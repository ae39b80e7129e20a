using System.Formats.Tar;

namespace CrCache.Copying;

/// <summary>
/// Takes files and links out of an archive that another machine sends. Only what was asked for is taken, once, and only as what
/// it was listed as: names in the archive choose nothing.
/// </summary>
/// <param name="tree">What is copied.</param>
/// <param name="wanted">What was asked for, by its name in the archive.</param>
/// <param name="receiver">Gets it.</param>
internal sealed class FarArchive(CopyTree tree, Dictionary<string, CopyItem> wanted, CopyReceiver receiver)
{
    /// <summary>Something that was asked for and has not come; null where all has.</summary>
    public CopyItem? Missing => wanted.Values.FirstOrDefault();

    /// <summary>Reads an archive to its end.</summary>
    /// <exception cref="ResourceException">It holds what nobody asked for, or a file cannot be put in place.</exception>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        TarReader reader = new(stream, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                    continue;
                if (entry.Name.StartsWith('/') || entry.Name.Split('/').Contains(".."))
                    throw CopyFailure.Of(tree.Origin.ToString(), $"refused, because the other side sent '{entry.Name}', which leads outside");
                if (!wanted.Remove(entry.Name, out var item))
                    continue;
                await PutAsync(item, entry, cancellationToken).ConfigureAwait(false);
            }
        }

        // What is left is padding; a writer that nobody reads would fail.
        await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
    }

    private Task PutAsync(CopyItem item, TarEntry entry, CancellationToken cancellationToken) => (item.Entry.Kind, entry.EntryType) switch
    {
        (CopyKind.Link, TarEntryType.SymbolicLink) => receiver.PutLinkAsync(item, entry.LinkName, cancellationToken),
        (CopyKind.File, TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile) =>
            receiver.PutFileAsync(item, new(null, null, entry.Length, () => new FixedLengthStream(entry.DataStream ?? Stream.Null, entry.Length)), cancellationToken),
        (CopyKind.File, TarEntryType.HardLink) =>
            throw CopyFailure.Of(tree.Show(item.Entry), "it is a hard link, which the tar there does not send as a file of its own"),
        _ => throw CopyFailure.Of(tree.Show(item.Entry), $"refused, because the other side listed it as one thing and sent another ({entry.EntryType})"),
    };
}
