using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>What a resource's paths are on this machine.</summary>
/// <param name="Roots">The directories where its <c>/</c> is seen, each in the one before; none for this machine's own.</param>
/// <param name="Start">What relative paths count from, on the resource; empty for this process's own directory.</param>
/// <param name="Holder">The process whose root the first of them is, <c>/proc/ID/root</c>; null where it is a directory.</param>
internal sealed record DirectView(IReadOnlyList<string> Roots, string Start, ProcessStatus? Holder = null)
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

    /// <summary>Whether the resource's <c>/</c> can be reached by this process, now.</summary>
    public bool IsOpen()
    {
        try
        {
            using var root = Roots.Count == 0 ? null : Root();
            return Roots.Count == 0 || root is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Where something that was found is, to be compared with the same of another view.</summary>
    public string Locate(HeldEntry found) => Holder is { } holder ? $"{holder.Id}:{found.RealPath}" : found.RealPath;

    /// <summary>The path on this machine of something that was found; null where it has none.</summary>
    public string? PathHere(HeldEntry found) => Holder is null ? found.RealPath : null;

    /// <summary>Whether the resource sees a file of this machine at the path that it has here.</summary>
    public bool Shows(HeldEntry file, string path)
    {
        using var found = Roots.Count == 0 ? null : Find(path);
        return Roots.Count == 0 || (found is { Name: { } name } && found.Directory.StatusOf(name) is { } there
            && file.Status is var here && (there.Device, there.Inode) == (here.Device, here.Inode));
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

        // Looked at when it is held: it is the holder's, if that is still there.
        if (Holder is { IsAlive: false })
        {
            root?.Dispose();
            throw new IOException("the process that holds the resource has ended");
        }

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
                if ((isLast && !follow) || held.Peek().LinkTarget(part) is not { } target)
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
