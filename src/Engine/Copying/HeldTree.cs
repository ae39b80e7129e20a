namespace CrCache.Copying;

/// <summary>
/// What is below a directory that is held. The way to it is gone step by step, and never through a link: whoever puts one in the place
/// of a directory meanwhile leads nobody astray.
/// </summary>
/// <param name="root">The directory; it is not disposed of.</param>
internal sealed class HeldTree(HeldEntry root) : IDisposable
{
    private HeldEntry? _last;
    private string _path = "";

    /// <summary>A name of something for this process, until the next is asked for.</summary>
    /// <param name="relative">Its path from the root; empty for the root itself.</param>
    /// <returns>Null where a directory on the way is none, or no longer.</returns>
    public string? Of(string relative)
    {
        var slash = relative.LastIndexOf('/');
        return Directory(slash < 0 ? "" : relative[..slash])?.Of(relative.Length == 0 ? "." : relative[(slash + 1)..]);
    }

    /// <summary>A directory, until the next is asked for.</summary>
    /// <returns>Null where it is none, or no longer.</returns>
    public HeldEntry? Directory(string relative)
    {
        if (relative.Length == 0)
            return root;
        if (_last is not null && _path == relative)
            return _last;

        // What comes next is often below what came last.
        var below = _last is not null && relative.StartsWith($"{_path}/", StringComparison.Ordinal);
        var (at, rest) = below ? (_last, relative[(_path.Length + 1)..]) : (null, relative);
        if (!below)
            Dispose();
        foreach (var name in rest.Split('/'))
        {
            var child = (at ?? root).Child(name);
            at?.Dispose();
            at = child;
            if (at is null)
                break;
        }

        (_last, _path) = (at, relative);
        return at;
    }

    public void Dispose()
    {
        _last?.Dispose();
        _last = null;
    }
}
