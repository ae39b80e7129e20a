namespace CrCache.Copying;

/// <summary>What is left out of trees.</summary>
internal sealed class Exclusion
{
    /// <summary>The name of the file at a tree's root that says so.</summary>
    public const string RulesFile = ".crcacheignore";

    private readonly ExclusionRule[] _rules;
    private readonly ExclusionRule[] _asked;

    private Exclusion(ExclusionRule[] rules, ExclusionRule[] asked) => (_rules, _asked) = (rules, asked);

    /// <summary>What somebody asked for.</summary>
    /// <exception cref="UsageException">A pattern says nothing.</exception>
    public static Exclusion Of(IEnumerable<string> patterns)
    {
        ExclusionRule[] rules = [.. patterns.Select(p => ExclusionRule.Parse(p) ?? throw new UsageException($"'{p}' is no pattern: it leaves nothing out"))];
        return new(rules, rules);
    }

    /// <summary>The same for a tree that has a file of rules, which stand before what was asked for.</summary>
    public Exclusion With(string file)
    {
        var lines = file.TrimStart('\ufeff').Split('\n');
        return new([.. lines.Select(l => ExclusionRule.Parse(l.EndsWith('\r') ? l[..^1] : l)).OfType<ExclusionRule>(), .. _asked], _asked);
    }

    /// <summary>Whether something is left out, given that the directory that it is in is not. What an interrupted copy left is.</summary>
    public bool LeavesOut(CopyEntry entry) => LeavesOut(_rules, entry.Path, entry.Kind == CopyKind.Directory);

    /// <summary>Whether something is left out, or a directory that it is in.</summary>
    public bool Covers(CopyEntry entry)
    {
        for (var slash = entry.Path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = entry.Path.IndexOf('/', slash + 1))
            if (LeavesOut(_rules, entry.Path.AsSpan(0, slash), isDirectory: true))
                return true;
        return LeavesOut(entry);
    }

    /// <summary>Whether a source is left out itself.</summary>
    public bool LeavesOutSource(string name, bool isDirectory) => LeavesOut([.. _asked.Where(r => r.AnyDirectory)], name, isDirectory);

    private static bool LeavesOut(ExclusionRule[] rules, ReadOnlySpan<char> path, bool isDirectory)
    {
        if (TemporaryName.Is(path[(path.LastIndexOf('/') + 1)..]))
            return true;
        for (var i = rules.Length - 1; i >= 0; i--)
            if (rules[i].Fits(path, isDirectory))
                return !rules[i].IsNegated;
        return false;
    }
}
