namespace CrCache.Copying;

/// <summary>A file system that this process reads and writes itself.</summary>
/// <param name="view">What the paths count from.</param>
/// <param name="mode">How files of this machine are put here.</param>
internal sealed class DirectPlace(DirectView view, Routes.CopyMode mode) : CopyPlace
{
    /// <summary>Whether its absolute paths are this machine's own.</summary>
    public bool IsThisMachine => view.Root.Length == 0;

    public override Task<CopyTree> ListAsync(CopyPath origin, CancellationToken cancellationToken)
    {
        try
        {
            var root = view.Resolve(origin.Path);
            var first = FileSystem.Look(root, "") ?? throw CopyFailure.Of(origin.ToString(), "no such file or directory");
            var directory = first.Kind == CopyKind.Directory;
            List<CopyEntry> entries = [first];
            for (var i = 0; directory && i < entries.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entries[i].Kind == CopyKind.Directory)
                    AddChildren(origin, root, entries, entries[i].Path);
            }

            var name = directory ? CopyTree.NameOf(origin.Path) : Split(origin.Path).Name;
            return Task.FromResult(new CopyTree(origin, name, directory ? RealPath(root) : null, entries));
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of(origin.ToString(), e);
        }
    }

    public override Task<CopyTarget> LookAsync(CopyPath destination, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        try
        {
            var path = view.Resolve(destination.Path, followLast: true);
            var existing = FileSystem.Look(path, "", follow: true);
            if (existing?.Kind == CopyKind.Directory)
                return Task.FromResult(Target(destination, path, null, names, cancellationToken));

            // A link that leads nowhere is replaced, not followed.
            path = view.Resolve(destination.Path);
            var (parent, name) = Split(path);
            if (FileSystem.Look(parent, "", follow: true)?.Kind != CopyKind.Directory)
                throw CopyFailure.Of($"to {destination}", $"there is no directory {Split(destination.Path).Directory}");
            return Task.FromResult(Target(destination, parent, name, [name], cancellationToken));
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of($"to {destination}", e);
        }
    }

    public override async Task SendAsync(
        CopyTree tree, IReadOnlyList<CopyItem> items, CopyReceiver receiver, CancellationToken cancellationToken)
    {
        var root = view.Resolve(tree.Origin.Path);
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = item.Entry.Path.Length == 0 ? root : $"{root}/{item.Entry.Path}";
            try
            {
                if (item.Entry.Kind == CopyKind.Link)
                    await receiver.PutLinkAsync(item, new FileInfo(path).LinkTarget ?? throw new IOException("it is no longer a link"), cancellationToken).ConfigureAwait(false);
                else
                    await receiver.PutFileAsync(item, CopyContent.OfFile(path, item.Entry.Size), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (CopyFailure.IsOfFile(e))
            {
                throw CopyFailure.Of(tree.Show(item.Entry), e);
            }
        }
    }

    public override Task<CopyReceiver> ReceiveAsync(CopyTarget target, CancellationToken cancellationToken) =>
        Task.FromResult<CopyReceiver>(new DirectReceiver(target, mode));

    private CopyTarget Target(
        CopyPath destination, string directory, string? name, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        List<CopyEntry> existing = [.. names.Distinct().Select(n => FileSystem.Look($"{directory}/{n}", n)).OfType<CopyEntry>()];
        for (var i = 0; i < existing.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (existing[i].Kind == CopyKind.Directory)
                AddChildren(destination, directory, existing, existing[i].Path);
        }

        return new(destination, directory, name, RealPath(directory), existing.ToDictionary(e => e.Path, StringComparer.Ordinal));
    }

    // What is seen through another process's root has been resolved, and has no other name here.
    private string RealPath(string path) => view.Root.StartsWith("/proc/", StringComparison.Ordinal) ? path : FileSystem.RealPath(path);

    private static void AddChildren(CopyPath shown, string root, List<CopyEntry> entries, string directory)
    {
        var path = directory.Length == 0 ? root : $"{root}/{directory}";
        foreach (var child in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
        {
            var name = CopyPlan.Join(directory, Path.GetFileName(child));
            entries.Add(FileSystem.Look(child, name) ?? throw CopyFailure.Of(
                $"{shown.ToString().TrimEnd('/')}/{name}",
                name.Contains('\ufffd', StringComparison.Ordinal) ? "its name is not valid UTF-8" : "it vanished"));
        }
    }
}
