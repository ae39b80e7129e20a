namespace CrCache.Copying;

/// <summary>Paths that fit a pattern, as a shell finds them: a name that begins with a dot only fits one that does.</summary>
/// <param name="view">What they count from.</param>
internal sealed class FilePattern(DirectView view)
{
    /// <summary>Finds them.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <returns>In order; none where it is no pattern.</returns>
    public IReadOnlyList<string> Matches(string pattern)
    {
        if (!WildcardMatch.IsPattern(pattern))
            return [];
        List<string> found = [pattern.StartsWith('/') ? "/" : ""];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = WildcardMatch.IsPattern(part)
                ? [.. found.SelectMany(d => Names(d).Where(n => Fits(part, n)).Select(n => d + n + "/"))]
                : [.. found.Select(d => $"{d}{part}/")];
        }

        var asked = pattern.EndsWith('/');
        return [.. found.Select(p => asked ? p : p.TrimEnd('/')).Where(IsThere)];
    }

    private static bool Fits(string part, string name) => (name[0] != '.' || part[0] == '.') && !TemporaryName.Is(name) && WildcardMatch.Fits(part, name);

    private List<string> Names(string directory)
    {
        using var found = view.Find(directory.Length == 0 ? "." : directory, followLast: true);
        if (found is not { Name: null })
            return [];
        var names = found.Directory.Names();
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private bool IsThere(string path)
    {
        using var found = view.Find(path);
        return found is { Name: null } || (found?.Name is { } name && found.Directory.StatusOf(name) is not null);
    }
}
