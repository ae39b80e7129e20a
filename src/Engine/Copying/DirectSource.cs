using System.Security.Cryptography;

namespace CrCache.Copying;

/// <summary>Files and trees that this process reads itself.</summary>
/// <param name="view">What their paths count from.</param>
/// <param name="trees">The trees.</param>
internal sealed class DirectSource(DirectView view, IReadOnlyList<CopyTree> trees) : CopySource
{
    public override IReadOnlyList<CopyTree> Trees => trees;

    public override bool IsRepeatable => true;

    public override async Task SendAsync(
        IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> parts, CopyReceiver receiver, bool? compresses, CancellationToken cancellationToken)
    {
        foreach (var (tree, items) in parts)
        {
            if (items.Count > 0)
                await SendAsync(tree, items, receiver, cancellationToken).ConfigureAwait(false);
        }
    }

    public override byte[] Sample(CopyTree tree, IReadOnlyList<CopyItem> items)
    {
        using MemoryStream sample = new();
        try
        {
            using var found = Find(tree);
            using HeldTree held = new(found.Directory);
            var portion = new byte[Compression.Portion];
            foreach (var item in Compression.Choose(items))
            {
                using var file = Held(found, held, item.Entry.Path, out _);
                using var opened = file.Read();
                sample.Write(portion.AsSpan(0, RandomAccess.Read(opened, portion, 0)));
            }
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            // Whoever sends it says why.
        }

        return sample.ToArray();
    }

    public override async Task<IReadOnlyList<string>> SumAsync(CopyTree tree, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        using var found = Find(tree);
        return await SumAsync(found, paths, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What files hold.</summary>
    public static async Task<IReadOnlyList<string>> SumAsync(HeldPath found, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        using HeldTree held = new(found.Directory);
        List<string> sums = [];
        foreach (var path in paths)
        {
            try
            {
                using var file = Held(found, held, path, out _);
                using FileStream stream = new(file.Read(), FileAccess.Read, bufferSize: 0);
                sums.Add(Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)));
            }
            catch (Exception e) when (CopyFailure.IsOfFile(e))
            {
                // Whoever sends it says why.
                sums.Add("");
            }
        }

        return sums;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task SendAsync(CopyTree tree, IReadOnlyList<CopyItem> items, CopyReceiver receiver, CancellationToken cancellationToken)
    {
        using var found = Find(tree);
        using HeldTree held = new(found.Directory);
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (item.Entry.Kind == CopyKind.Link)
                {
                    var (directory, name) = Place(found, held, item.Entry.Path);
                    await receiver.PutLinkAsync(item, directory.LinkTarget(name) ?? throw new IOException("it is no longer a link"), cancellationToken).ConfigureAwait(false);
                    continue;
                }

                using var file = Held(found, held, item.Entry.Path, out var status);
                await receiver.PutFileAsync(item, CopyContent.OfFile(file, view, item.Entry, tree, status), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (CopyFailure.IsOfFile(e))
            {
                throw CopyFailure.Of(tree.Show(item.Entry), e);
            }
        }
    }

    private static HeldEntry Held(HeldPath found, HeldTree held, string path, out FileStatus status)
    {
        var (directory, name) = Place(found, held, path);
        var file = directory.Entry(name) ?? throw new FileNotFoundException();
        status = file.Status;
        if (status.IsRegular)
            return file;
        file.Dispose();
        throw new IOException("it is no longer a file");
    }

    private static (HeldEntry Directory, string Name) Place(HeldPath found, HeldTree held, string path) =>
        found.Name is { } name ? (found.Directory, name) : held.Of(path) ?? throw new FileNotFoundException();

    private HeldPath Find(CopyTree tree)
    {
        try
        {
            return view.Find(tree.Origin.Path) is { } found && found.Name is null == (tree.Root.Kind == CopyKind.Directory)
                ? found
                : throw CopyFailure.Of(tree.Origin.ToString(), "it vanished or became something else");
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of(tree.Origin.ToString(), e);
        }
    }
}
