using System.Globalization;

namespace CrCache.Copying;

/// <summary>What a tree holds, as lines to compare: names, kinds, modes, times, contents.</summary>
internal static class TreeSnapshot
{
    public static IReadOnlyList<string> Of(string root, bool times = true)
    {
        List<string> lines = [];
        Add(root, "");
        return lines;

        void Add(string path, string name)
        {
            var entry = FileSystem.Look(path, name) ?? throw new InvalidOperationException(path);
            var content = entry.Kind switch
            {
                CopyKind.File => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))),
                CopyKind.Link => new FileInfo(path).LinkTarget,
                _ => "",
            };
            var mode = entry.Kind == CopyKind.Link ? "" : Convert.ToString(entry.Mode, 8);
            var time = times ? (entry.Modified / 100).ToString(CultureInfo.InvariantCulture) : "";
            lines.Add($"{entry.Path} {entry.Kind} {mode} {time} {content}");
            if (entry.Kind == CopyKind.Directory)
                foreach (var child in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
                    Add(child, $"{name}/{Path.GetFileName(child)}");
        }
    }
}
