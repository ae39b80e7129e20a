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

        foreach (var key in (string[])["cwd", "directory"])
        {
            if (settings.Text(key) is { } path && path[0] != '/')
            {
                throw settings.Wrong(key, $"'{Shown.Cut(path)}' is not an absolute directory");
            }
        }

        if (User is { } user && (user[0] == '-' || user.Any(char.IsWhiteSpace)))
        {
            throw settings.Wrong("user", $"'{Shown.Cut(user)}' is not the name of a user");
        }

        _ = Reset;
        _ = CopySetting.Of(settings, seesMachine: true);
    }

    private static string[] Paths(SourceSettings settings, string key, IEnumerable<string> paths) =>
    [
        .. paths.Select(p => p[0] != '/' || p.Any(char.IsControl) || Path.GetFullPath(p).TrimEnd('/') is not { Length: > 0 } full || $"{full}/".StartsWith("/proc/", StringComparison.Ordinal)
            ? throw settings.Wrong(key, $"'{Shown.Cut(p)}' cannot be used: name absolute directories, neither / nor /proc")
            : full).Distinct().Order(StringComparer.Ordinal),
    ];
}
