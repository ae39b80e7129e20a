namespace CrCache.Copying;

/// <summary>Finds what is to go from the directories that are copied to.</summary>
internal static class Deletion
{
    /// <summary>What is in a directory that a source's directory becomes, and not in that.</summary>
    /// <param name="parts">What is copied.</param>
    /// <param name="target">Where to.</param>
    /// <param name="taken">The paths of what is there afterwards.</param>
    /// <returns>Paths; one in a directory that goes with all in it is not said again.</returns>
    /// <exception cref="ResourceException">What is to go holds something that was left out, and is in the way.</exception>
    public static IReadOnlyList<string> Of(
        IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> parts, CopyTarget target, IReadOnlyCollection<string> taken)
    {
        HashSet<string> stays = new(taken, StringComparer.Ordinal);
        var cleared = parts.SelectMany(p => p.Items).Where(i => i.Clears).ToDictionary(i => i.Target, StringComparer.Ordinal);
        List<string> below = [];
        foreach (var (tree, items) in parts.Where(p => p.Tree.Root.Kind == CopyKind.Directory))
        {
            var root = items[0].Target;
            foreach (var entry in target.Existing.Values)
            {
                if (entry.Path.Length == 0 || (root.Length > 0 && !(entry.Path.StartsWith(root, StringComparison.Ordinal) && entry.Path.Length > root.Length && entry.Path[root.Length] == '/')))
                    continue;
                var relative = entry with { Path = root.Length > 0 ? entry.Path[(root.Length + 1)..] : entry.Path };
                if (!tree.Exclusion.Covers(relative))
                    below.Add(entry.Path);
                else
                    Keep(entry.Path);
            }
        }

        // A directory comes before what is in it.
        below.Sort(StringComparer.Ordinal);
        HashSet<string> removed = new(StringComparer.Ordinal);
        List<string> first = [];
        foreach (var path in below)
        {
            if (stays.Contains(path))
                continue;
            var slash = path.LastIndexOf('/');
            if (removed.Add(path) && !(slash >= 0 && (removed.Contains(path[..slash]) || cleared.ContainsKey(path[..slash]))))
                first.Add(path);
        }

        return first;

        // Neither what was left out goes, nor the directories that it is in.
        void Keep(string path)
        {
            for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOf('/'))])
            {
                if (at != path && cleared.ContainsKey(at))
                    throw CopyFailure.Found($"{target.Show(at)} is in the way, and {target.Show(path)} in it was left out: nothing was copied");
                stays.Add(at);
            }
        }
    }
}
