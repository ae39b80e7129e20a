namespace CrCache.House.Tests;

/// <summary>The files of the repository that people write: no build output, no history.</summary>
internal static class SourceText
{
    private static readonly string[] NotOurs = ["artifacts", ".git", "bin", "obj", "TestResults", ".vs", ".vscode", ".idea"];

    /// <summary>All files with the given extension, from the repository's root; every extension where none is given.</summary>
    public static IEnumerable<string> Files(string directory = "", string extension = "") =>
        Walk(new DirectoryInfo(Repository.Path(directory)))
            .Where(f => f.EndsWith(extension, StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Repository.Root, f))
            .Order(StringComparer.Ordinal);

    public static string Read(string file) => File.ReadAllText(Repository.Path(file));

    public static IReadOnlyList<string> Lines(string file) => File.ReadAllLines(Repository.Path(file));

    private static IEnumerable<string> Walk(DirectoryInfo directory) =>
        !directory.Exists
            ? []
            : directory.EnumerateFiles().Where(f => f.Name != ".git").Select(f => f.FullName).Concat(
                directory.EnumerateDirectories().Where(d => !NotOurs.Contains(d.Name)).SelectMany(Walk));
}
