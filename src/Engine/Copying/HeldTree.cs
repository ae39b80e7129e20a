namespace CrCache.Copying;

/// <summary>
/// What is below a directory that is held. The way to it is gone step by step, and never through a link: whoever puts one in the place
/// of a directory meanwhile leads nobody astray.
/// </summary>
/// <param name="root">The directory; it is not disposed of.</param>
internal sealed class HeldTree(HeldEntry root) : IDisposable
{
    // What comes next is often beside or below what came last. More than these many are looked up again.
    private const int MostHeld = 64;

    private readonly List<(string Path, HeldEntry Entry)> _way = [];

    /// <summary>The directory that something is in, until the next is asked for, and its name in that.</summary>
    /// <param name="relative">Its path from the root; not empty.</param>
    /// <returns>Null where a directory on the way is none, or no longer.</returns>
    public (HeldEntry Directory, string Name)? Of(string relative)
    {
        var slash = relative.LastIndexOf('/');
        return Directory(slash < 0 ? "" : relative[..slash]) is { } directory ? (directory, relative[(slash + 1)..]) : null;
    }

    /// <summary>A directory, until the next is asked for.</summary>
    /// <returns>Null where it is none, or no longer.</returns>
    public HeldEntry? Directory(string relative)
    {
        while (_way is [.., var (path, last)] && !IsAtOrBelow(relative, path))
        {
            last.Dispose();
            _way.RemoveAt(_way.Count - 1);
        }

        var (at, done) = _way is [.., var nearest] ? (nearest.Entry, nearest.Path.Length) : (root, 0);
        while (done < relative.Length)
        {
            var start = done == 0 ? 0 : done + 1;
            var slash = relative.IndexOf('/', start);
            done = slash < 0 ? relative.Length : slash;
            if (at.Child(relative[start..done]) is not { } child)
                return null;
            _way.Add((relative[..done], child));
            at = child;
            if (_way.Count > MostHeld)
            {
                _way[0].Entry.Dispose();
                _way.RemoveAt(0);
            }
        }

        return at;
    }

    public void Dispose()
    {
        foreach (var (_, entry) in _way)
            entry.Dispose();
        _way.Clear();
    }

    private static bool IsAtOrBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');
}
