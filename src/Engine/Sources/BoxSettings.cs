using CrCache.Configuration;

namespace CrCache.Sources;

/// <summary>What the settings of a box say is private to it and what it shares with the machine.</summary>
/// <param name="settings">The source.</param>
internal sealed class BoxSettings(SourceSettings settings)
{
    private static readonly string[] Words = ["home", "tmp", "run", "net"];

    /// <summary>The directories that are copied on write.</summary>
    public IReadOnlyList<string> Overlays { get; } = Paths(settings, "overlay", settings.List("overlay"));

    /// <summary>Directories that are private, besides the usual ones.</summary>
    public IReadOnlyList<string> Private { get; } = Paths(settings, "private", settings.List("private"));

    /// <summary>Directories that stay the machine's, inside private ones.</summary>
    public IReadOnlyList<string> SharedPaths { get; } = Paths(settings, "share", settings.List("share").Where(s => s[0] == '/'));

    /// <summary>What else is seen in a box.</summary>
    public IReadOnlyList<Import> Imports { get; } = Import.Of(settings);

    /// <summary>Where the boxes' own directories are; null for beside the store.</summary>
    public string? Directory { get; } = settings.Text("directory");

    /// <summary>The user that commands run as; null for the caller.</summary>
    public string? User { get; } = settings.Text("user");

    /// <summary>Where commands start; null for where the caller is.</summary>
    public string? WorkingDirectory { get; } = settings.Text("cwd");

    /// <summary>How a box is made fit for its next holder.</summary>
    /// <exception cref="ConfigurationException">It cannot be that way.</exception>
    public ResetStrategy Reset => ResetSetting.Of(settings, ResetStrategy.Recreate);

    /// <summary>Whether it stays the machine's: <c>home</c>, <c>tmp</c>, <c>run</c> or <c>net</c>.</summary>
    public bool Shares(string word) => settings.List("share").Contains(word);

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="ConfigurationException">A setting is not acceptable.</exception>
    public void Check()
    {
        if (settings.List("share").FirstOrDefault(s => s[0] != '/' && !Words.Contains(s)) is { } unknown)
        {
            throw settings.Wrong("share", $"'{Shown.Cut(unknown)}' is neither an absolute directory nor one of {string.Join(", ", Words)}");
        }

        if (Overlays.FirstOrDefault(p => p.AsSpan().ContainsAny(",:\\")) is { } odd)
        {
            throw settings.Wrong("overlay", $"'{Shown.Cut(odd)}' cannot be overlaid: there is a comma, colon or backslash in it");
        }

        PathSetting.Check(settings, "directory", "cwd", "directory");

        if (User is { } user && (user[0] == '-' || user.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
        {
            throw settings.Wrong("user", $"'{Shown.Cut(user)}' is not the name of a user");
        }

        _ = Reset;
        _ = CopySetting.Of(settings, seesMachine: true);
    }

    /// <summary>What a box sees otherwise, in the order in which it is put in place: one inside another comes after it.</summary>
    public IEnumerable<BoxItem> Items()
    {
        // What is said wins over what is usual, and what is nearer to the user over what is emptier.
        SortedDictionary<string, BoxItem> items = new(StringComparer.Ordinal) { ["/etc/hosts"] = new("file", "", "/etc/hosts") };
        void Add(string kind, string source, string target) => items[target] = new(kind, source, target);
        if (!Shares("tmp"))
        {
            Add("private", "", "/tmp");
            Add("memory", "", "/dev/shm");
        }

        if (!Shares("run"))
        {
            Add("run", "", "/run");
        }

        foreach (var path in Private)
        {
            Add("private", "", path);
        }

        foreach (var path in Overlays)
        {
            Add("overlay", path, path);
        }

        foreach (var path in SharedPaths)
        {
            Add("bind", path, path);
        }

        foreach (var import in Imports)
        {
            Add(import.Kind switch { ImportKind.Bind => "bind", ImportKind.ReadOnly => "ro", ImportKind.Overlay => "overlay", _ => "copy" }, import.Source, import.Target);
        }

        return items.Values;
    }

    private static string[] Paths(SourceSettings settings, string key, IEnumerable<string> paths) =>
    [
        .. paths.Select(p => p[0] != '/' || p.Any(char.IsControl) || Path.GetFullPath(p).TrimEnd('/') is not { Length: > 0 } full || $"{full}/".StartsWith("/proc/", StringComparison.Ordinal)
            ? throw settings.Wrong(key, $"'{Shown.Cut(p)}' cannot be used: name absolute directories, neither / nor /proc")
            : full).Distinct().Order(StringComparer.Ordinal),
    ];
}
