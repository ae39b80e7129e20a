namespace CrCache.Ssh;

/// <summary>The files that a path with patterns in it means, in the order of their names.</summary>
internal static class SshGlob
{
    /// <summary>Finds them.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>Those that there are.</returns>
    public static IReadOnlyList<string> Files(string path)
    {
        List<string> found = ["/"];
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = part.AsSpan().ContainsAny('*', '?')
                ? [.. found.SelectMany(d => In(d, part))]
                : [.. found.Select(d => Path.Combine(d, part))];
        }

        return [.. found.Where(File.Exists).Order(StringComparer.Ordinal)];
    }

    /// <summary>The part of a path that has no patterns: what appears there later can be another file that the path means.</summary>
    public static string Settled(string path)
    {
        var pattern = path.AsSpan().IndexOfAny('*', '?');
        return pattern < 0 ? path : path[..Math.Max(1, path.LastIndexOf('/', pattern))];
    }

    private static IEnumerable<string> In(string directory, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory)
                .Where(e => Path.GetFileName(e) is var name && (name[0] != '.' || pattern[0] == '.') && SshPattern.Matches(name, pattern))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
