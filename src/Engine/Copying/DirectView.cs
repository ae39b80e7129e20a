namespace CrCache.Copying;

/// <summary>What a resource's paths are on this machine.</summary>
/// <param name="Roots">The directories where its <c>/</c> is seen, each in the one before; none for this machine's own.</param>
/// <param name="Start">What relative paths count from, on the resource; empty for this process's own directory.</param>
internal sealed record DirectView(IReadOnlyList<string> Roots, string Start)
{
    private const int MostLinks = 40;

    /// <summary>This machine as it is.</summary>
    public static DirectView Machine { get; } = new([], "");

    /// <summary>Finds what a path leads to.</summary>
    /// <param name="path">A path on the resource.</param>
    /// <param name="followLast">Whether a link at its end is followed; one before a slash always is.</param>
    /// <returns>What is there, held; null where a directory on the way is none.</returns>
    /// <exception cref="IOException">Links lead in a circle, or a directory may not be entered.</exception>
    public HeldPath? Find(string path, bool followLast = false)
    {
        var follow = followLast || path.EndsWith('/');
        var full = path.StartsWith('/') || Start.Length == 0 ? path : $"{Start.TrimEnd('/')}/{path}";
        return Roots.Count == 0 ? OnMachine(full, follow) : Root() is { } root ? Inside(root, full, follow) : null;
    }

    private static HeldPath? OnMachine(string path, bool follow)
    {
        if (HeldEntry.Directory(path, follow) is { } directory)
            return new(directory, null);
        var trimmed = path.TrimEnd('/');
        var slash = trimmed.LastIndexOf('/');
        return HeldEntry.Directory(slash < 0 ? "." : trimmed[..(slash + 1)], follow: true) is { } parent ? new(parent, trimmed[(slash + 1)..]) : null;
    }

    private HeldEntry? Root()
    {
        var root = HeldEntry.Directory(Roots[0], follow: true);
        foreach (var inner in Roots.Skip(1))
        {
            if (root is null)
                return null;
            var found = Inside(root, inner, follow: true);
            if (found?.Name is not null)
                found.Dispose();
            root = found is { Name: null } ? found.Directory : null;
        }

        return root;
    }

    /// <summary>
    /// Follows the links as the resource would: an absolute one, or a way up, must not lead out of its root. Each directory on the way is
    /// held, and the way up is to the one that was gone through, so that nobody there can move one out from under it.
    /// </summary>
    private static HeldPath? Inside(HeldEntry root, string path, bool follow)
    {
        Stack<HeldEntry> held = new([root]);
        Stack<string> left = new(path.Split('/').Reverse());
        try
        {
            for (var links = 0; left.TryPop(out var part);)
            {
                if (part is "" or ".")
                    continue;
                if (part == "..")
                {
                    if (held.Count > 1)
                        held.Pop().Dispose();
                    continue;
                }

                if (held.Peek().Child(part) is { } child)
                {
                    held.Push(child);
                    continue;
                }

                var isLast = left.All(p => p.Length == 0);
                if ((isLast && !follow) || new FileInfo(held.Peek().Of(part)).LinkTarget is not { } target)
                    return isLast ? new(held.Pop(), part) : null;
                if (++links > MostLinks)
                    throw new IOException("too many levels of links");
                while (target.StartsWith('/') && held.Count > 1)
                    held.Pop().Dispose();
                foreach (var next in target.Split('/').Reverse())
                    left.Push(next);
            }

            return new(held.Pop(), null);
        }
        finally
        {
            foreach (var entry in held)
                entry.Dispose();
        }
    }
}
