namespace CrCache.Copying;

/// <summary>What a copy has to do, decided before anything is touched.</summary>
/// <param name="Parts">For each source, its steps in its entries' order.</param>
/// <param name="Removed">What is to go, by its path from the target's directory; not what is in a directory that goes.</param>
internal sealed record CopyPlan(IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> Parts, IReadOnlyList<string> Removed)
{
    /// <summary>Whether there is anything to do.</summary>
    public bool IsEmpty => Removed.Count == 0 && !Parts.Any(p => p.Items.Any(i => i.Changed));

    /// <summary>Compares sources with their target.</summary>
    /// <param name="trees">The sources.</param>
    /// <param name="target">Where to.</param>
    /// <param name="delete">Whether what they have not is to go.</param>
    /// <exception cref="UsageException">Two sources would become one, or a directory is copied into itself.</exception>
    /// <exception cref="ResourceException">Something cannot be copied, or is in the way.</exception>
    public static CopyPlan Make(IReadOnlyList<CopyTree> trees, CopyTarget target, bool delete)
    {
        // In one tree there is each path once.
        Dictionary<string, CopyEntry>? taken = trees.Count > 1 || delete ? new(StringComparer.Ordinal) : null;
        List<(CopyTree, IReadOnlyList<CopyItem>)> parts = [];
        foreach (var tree in trees)
        {
            RefuseItself(tree, target);
            var root = target.Name ?? tree.Name;
            parts.Add((tree, [.. tree.Entries.Select(entry => Item(tree, entry, Join(root, entry.Path), target, taken, delete))]));
        }

        return new(parts, delete ? Deletion.Of(parts, target, taken!.Keys) : []);
    }

    /// <summary>A path of two parts, either of which may be empty.</summary>
    public static string Join(string first, string second) =>
        first.Length == 0 ? second : second.Length == 0 ? first : $"{first}/{second}";

    private static CopyItem Item(CopyTree tree, CopyEntry entry, string path, CopyTarget target, Dictionary<string, CopyEntry>? taken, bool delete)
    {
        if (entry.Kind == CopyKind.Special)
            throw CopyFailure.Found($"{tree.Show(entry)} is a device, pipe or socket: only files, directories and links are copied");
        if (taken?.TryAdd(path, entry) is false && (entry.Kind != CopyKind.Directory || taken[path].Kind != CopyKind.Directory))
            throw new UsageException(FileName.Show($"two of the sources would become {target.Show(path)}: copy them one by one"));

        // The directory that is copied into is none of what is copied.
        if (path.Length == 0)
            return new(entry, path, Changed: false);
        if (!target.Existing.TryGetValue(path, out var existing))
            return new(entry, path, Changed: true);

        // Of many paths that are the same here and there one is kept.
        path = existing.Path;
        if (existing.Kind == CopyKind.Special)
            throw CopyFailure.Found($"{target.Show(path)} is a device, pipe or socket, and is not replaced: nothing was copied");
        if ((entry.Kind == CopyKind.Directory) == (existing.Kind == CopyKind.Directory))
            return new(entry, path, Changed: !entry.IsUnchanged(existing));
        if (delete)
            return new(entry, path, Changed: true, Clears: true);
        var (kept, not) = existing.Kind == CopyKind.Directory ? ("is a directory", "") : ("is not a directory", " is one");
        throw CopyFailure.Found($"{target.Show(path)} {kept}, and {tree.Show(entry)}{(not.Length > 0 ? not : " is not")}: nothing was copied");
    }

    private static void RefuseItself(CopyTree tree, CopyTarget target)
    {
        if (tree.Location is { } from
            && $"{target.Location.TrimEnd('/')}/".StartsWith($"{from.TrimEnd('/')}/", StringComparison.Ordinal)
            && (tree.Name.Length > 0 || target.Name is not null || target.Location != from))
        {
            throw new UsageException(FileName.Show($"{tree.Origin} cannot be copied into itself ({target.Destination})"));
        }
    }
}
