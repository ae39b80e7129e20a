namespace CrCache.Copying;

/// <summary>A file or tree to copy, as it was found.</summary>
/// <param name="Origin">Where it is, as the user named it.</param>
/// <param name="Name">The name it gets in a directory; empty where only what is in it is meant (<c>dir/.</c>).</param>
/// <param name="Location">Its real path and on which machine, to tell a copy into itself; null for what is no directory.</param>
/// <param name="Entries">The root first, each directory before what is in it.</param>
/// <param name="Exclusion">What was left out, and is nobody's to delete.</param>
internal sealed record CopyTree(CopyPath Origin, string Name, string? Location, IReadOnlyList<CopyEntry> Entries, Exclusion Exclusion)
{
    public CopyEntry Root => Entries[0];

    /// <summary>The name of the last part of a path; empty where that is <c>.</c>, <c>..</c> or the root.</summary>
    public static string NameOf(string path)
    {
        var trimmed = path.TrimEnd('/');
        var name = trimmed[(trimmed.LastIndexOf('/') + 1)..];
        return name is "." or ".." ? "" : name;
    }

    /// <summary>An entry's path, as a user would name it.</summary>
    public string Show(CopyEntry entry) => entry.Path.Length == 0 ? Origin.ToString() : $"{Origin.ToString().TrimEnd('/')}/{entry.Path}";
}
