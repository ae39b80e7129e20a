namespace CrCache.Copying;

/// <summary>What a resource's paths are on this machine.</summary>
/// <param name="Root">The directory where its <c>/</c> is seen; empty for this machine's own.</param>
/// <param name="Start">What relative paths count from, on the resource; empty for this process's own directory.</param>
internal sealed record DirectView(string Root, string Start)
{
    private const int MostLinks = 40;

    /// <summary>This machine as it is.</summary>
    public static DirectView Machine { get; } = new("", "");

    /// <summary>Gives a path on this machine.</summary>
    /// <param name="path">A path on the resource.</param>
    /// <param name="followLast">Whether a link at its end is followed.</param>
    /// <exception cref="IOException">Links lead in a circle.</exception>
    public string Resolve(string path, bool followLast = false)
    {
        var full = path.StartsWith('/') || Start.Length == 0 ? path : $"{Start.TrimEnd('/')}/{path}";
        return Root.Length == 0 ? full : Inside(full, followLast || path.EndsWith('/'));
    }

    /// <summary>Follows the links as the resource would: an absolute one, or a way up, must not lead out of its root.</summary>
    private string Inside(string path, bool followLast)
    {
        List<string> real = [];
        Stack<string> left = new(path.Split('/').Reverse());
        for (var links = 0; left.TryPop(out var part);)
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                if (real.Count > 0)
                    real.RemoveAt(real.Count - 1);
                continue;
            }

            real.Add(part);
            if ((left.All(p => p.Length == 0) && !followLast) || new FileInfo(Here()).LinkTarget is not { } target)
                continue;
            if (++links > MostLinks)
                throw new IOException("too many levels of links");
            real.RemoveAt(real.Count - 1);
            if (target.StartsWith('/'))
                real.Clear();
            foreach (var next in target.Split('/').Reverse())
                left.Push(next);
        }

        return Here();

        string Here() => $"{Root.TrimEnd('/')}/{string.Join('/', real)}";
    }
}
