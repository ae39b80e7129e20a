namespace CrCache.Copying;

/// <summary>A file system that this process reads and writes itself.</summary>
/// <param name="view">What the paths count from.</param>
/// <param name="mode">How files of this machine are put here.</param>
internal sealed class DirectPlace(DirectView view, Routes.CopyMode mode) : CopyPlace
{
    /// <summary>Whether its absolute paths are this machine's own.</summary>
    public bool IsThisMachine => view.Roots.Count == 0;

    public override Task<CopyTree> ListAsync(CopyPath origin, CancellationToken cancellationToken)
    {
        try
        {
            using var found = view.Find(origin.Path);
            var first = (found is null ? null : FileSystem.Look(found.Link, "")) ?? throw CopyFailure.Of(origin.ToString(), "no such file or directory");
            if (found!.Name is not null)
                return Task.FromResult(new CopyTree(origin, Split(origin.Path).Name, null, [first]));
            List<CopyEntry> entries = [first];
            AddBelow(origin, found.Directory, entries, cancellationToken);
            return Task.FromResult(new CopyTree(origin, CopyTree.NameOf(origin.Path), view.Locate(found.Directory), entries));
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of(origin.ToString(), e);
        }
    }

    public override Task<CopyTarget> LookAsync(CopyPath destination, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        HeldPath? found = null;
        try
        {
            found = view.Find(destination.Path, followLast: true);
            if (found is { Name: null })
                return Task.FromResult(Target(destination, found, names, cancellationToken));

            // A link that leads nowhere is replaced, not followed.
            found?.Dispose();
            found = view.Find(destination.Path.TrimEnd('/'));
            return found?.Name is { } name
                ? Task.FromResult(Target(destination, found, [name], cancellationToken))
                : throw CopyFailure.Of($"to {destination}", $"there is no directory {Split(destination.Path).Directory}");
        }
        catch (Exception e)
        {
            found?.Dispose();
            throw CopyFailure.IsOfFile(e) ? CopyFailure.Of($"to {destination}", e) : e;
        }
    }

    public override async Task SendAsync(
        CopyTree tree, IReadOnlyList<CopyItem> items, CopyReceiver receiver, CancellationToken cancellationToken)
    {
        using var found = Find(tree);
        using HeldTree held = new(found.Directory);
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var path = (found.Name is null ? held.Of(item.Entry.Path) : found.Link) ?? throw new FileNotFoundException();
                if (item.Entry.Kind == CopyKind.Link)
                {
                    await receiver.PutLinkAsync(item, new FileInfo(path).LinkTarget ?? throw new IOException("it is no longer a link"), cancellationToken).ConfigureAwait(false);
                    continue;
                }

                using var file = HeldEntry.Any(path) ?? throw new FileNotFoundException();
                if (FileStatus.Of(file.Link) is not { IsRegular: true })
                    throw new IOException("it is no longer a file");
                await receiver.PutFileAsync(item, CopyContent.OfFile(file, view.PathHere(file), item.Entry.Size), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (CopyFailure.IsOfFile(e))
            {
                throw CopyFailure.Of(tree.Show(item.Entry), e);
            }
        }
    }

    public override Task<CopyReceiver> ReceiveAsync(CopyTarget target, CancellationToken cancellationToken) =>
        Task.FromResult<CopyReceiver>(new DirectReceiver(target, view, mode));

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

    private CopyTarget Target(CopyPath destination, HeldPath found, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        List<CopyEntry> existing = [.. names.Distinct().Select(n => FileSystem.Look(found.Directory.Of(n), n)).OfType<CopyEntry>()];
        AddBelow(destination, found.Directory, existing, cancellationToken);
        return new(destination, found.Directory.RealPath, found.Name, view.Locate(found.Directory), existing.ToDictionary(e => e.Path, StringComparer.Ordinal)) { Held = found.Directory };
    }

    /// <summary>Adds what is in the directories of a list, and in theirs.</summary>
    private static void AddBelow(CopyPath shown, HeldEntry root, List<CopyEntry> entries, CancellationToken cancellationToken)
    {
        using HeldTree held = new(root);
        for (var i = 0; i < entries.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entries[i] is not { Kind: CopyKind.Directory, Path: var directory })
                continue;
            var children = Directory.GetFileSystemEntries(held.Directory(directory)?.Link ?? throw Vanished(shown, directory));
            foreach (var child in children.Order(StringComparer.Ordinal))
            {
                var name = CopyPlan.Join(directory, Path.GetFileName(child));
                entries.Add(FileSystem.Look(child, name) ?? throw Vanished(shown, name));
            }
        }
    }

    private static ResourceException Vanished(CopyPath shown, string name) => CopyFailure.Of(
        $"{shown.ToString().TrimEnd('/')}/{name}", name.Contains('\ufffd', StringComparison.Ordinal) ? "its name is not valid UTF-8" : "it vanished");
}
