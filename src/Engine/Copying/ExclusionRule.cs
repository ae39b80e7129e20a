namespace CrCache.Copying;

/// <summary>A line of an ignore file, as git reads one.</summary>
/// <param name="Pattern">The pattern without what stands around it.</param>
/// <param name="IsNegated">Whether what fits is taken after all.</param>
/// <param name="OnlyDirectories">Whether files that fit are none of its business.</param>
/// <param name="AnyDirectory">Whether it is about a name in any directory, and not a path.</param>
internal sealed record ExclusionRule(string Pattern, bool IsNegated, bool OnlyDirectories, bool AnyDirectory)
{
    /// <summary>Reads a line.</summary>
    /// <returns>Null where it says nothing.</returns>
    public static ExclusionRule? Parse(string line)
    {
        if (line.StartsWith('#'))
            return null;
        var pattern = WithoutSpaces(line);
        var negated = pattern.StartsWith('!');
        if (negated)
            pattern = pattern[1..];
        var directories = pattern.EndsWith('/');
        if (directories)
            pattern = pattern[..^1];
        var anywhere = !pattern.Contains('/', StringComparison.Ordinal);
        return pattern.Length == 0 ? null : new(pattern.StartsWith('/') ? pattern[1..] : pattern, negated, directories, anywhere);
    }

    /// <summary>Whether it is about something.</summary>
    /// <param name="path">Its path in the tree.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    public bool Fits(ReadOnlySpan<char> path, bool isDirectory) =>
        (isDirectory || !OnlyDirectories) && WildcardMatch.Fits(Pattern, AnyDirectory ? path[(path.LastIndexOf('/') + 1)..] : path);

    // Those at the end do not count, unless a backslash stands before the first.
    private static string WithoutSpaces(string line)
    {
        var end = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length)
                end = ++i + 1;
            else if (line[i] != ' ')
                end = i + 1;
        }

        return line[..end];
    }
}
