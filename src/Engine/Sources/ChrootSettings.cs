using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>What the settings of a chroot say: what its tree is made from, how it is cloned, and how one runs commands in it.</summary>
/// <param name="settings">The source.</param>
internal sealed class ChrootSettings(SourceSettings settings)
{
    /// <summary>The keys.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        [.. GoldenTree.Keys, GoldenTree.MaxAgeKey, "exec", "clone", "clone_command", "discard_command", "user", "cwd", "directory", CopySetting.Key, Import.Key, .. ResetSetting.Keys];

    private static readonly string[] Clones = ["auto", "overlay", "btrfs", "reflink", "copy", "command"];

    /// <summary>What the tree comes from: the one of <c>create</c>, <c>tarball</c> and <c>tree</c> that is set.</summary>
    public string Origin { get; } = GoldenTree.Keys.FirstOrDefault(k => settings.Text(k) is not null) ?? GoldenTree.Keys[0];

    /// <summary>The command line, or the path without a slash at its end.</summary>
    public string OriginText => settings.Text(Origin) is not { } text ? "" : Origin == "create" ? text : Path.GetFullPath(text) is { Length: > 1 } full ? full.TrimEnd('/') : "/";

    /// <summary>How each chroot gets a tree of its own.</summary>
    public string Clone { get; } = settings.Text("clone") ?? "auto";

    /// <summary>The line that makes one from the golden tree, for <c>clone = command</c>.</summary>
    public string? CloneCommand { get; } = settings.Text("clone_command");

    /// <summary>The line that undoes it.</summary>
    public string? DiscardCommand { get; } = settings.Text("discard_command");

    /// <summary>The words before a command in place of our own way in; null for that.</summary>
    public string? Exec { get; } = settings.Text("exec");

    /// <summary>The user that commands run as; null for root.</summary>
    public string? User { get; } = settings.Text("user");

    /// <summary>Where commands start; null for where the caller is.</summary>
    public string? WorkingDirectory { get; } = settings.Text("cwd");

    /// <summary>What is seen of the base in it.</summary>
    /// <exception cref="ConfigurationException">One is malformed.</exception>
    public IReadOnlyList<Import> Imports => Import.Of(settings);

    /// <summary>How it is made fit for its next holder.</summary>
    /// <exception cref="ConfigurationException">It cannot be that way.</exception>
    public ResetStrategy Reset => ResetSetting.Of(settings, ResetStrategy.Snapshot, ResetStrategy.Recreate);

    /// <summary>How files are put in place in it.</summary>
    /// <exception cref="ConfigurationException">There is no such way.</exception>
    public CopyMode CopyMode => CopySetting.Of(settings, seesMachine: false);

    /// <summary>Whether it is the base's own tree, copied on write.</summary>
    public bool IsOfBase => Origin == "tree" && OriginText == "/";

    /// <summary>The golden tree's name.</summary>
    public string Key => GoldenTree.Key(settings, Origin, OriginText, Clone, CloneCommand ?? "");

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="ConfigurationException">A setting is not acceptable.</exception>
    public void Check()
    {
        if (GoldenTree.Keys.Count(k => settings.Text(k) is not null) != 1)
        {
            throw settings.Wrong(Origin, "a chroot is made from exactly one of create=COMMAND, tarball=/FILE and tree=/DIRECTORY");
        }

        if (!Clones.Contains(Clone))
        {
            throw settings.Wrong("clone", $"'{Shown.Cut(Clone)}' is not one of {string.Join(", ", Clones)}");
        }

        if (IsOfBase && Clone is not ("auto" or "overlay"))
        {
            throw settings.Wrong("clone", "tree = / can only be overlaid: clone = overlay");
        }

        foreach (var key in (string[])["clone_command", "discard_command"])
        {
            if (Clone == "command" != settings.Text(key) is not null)
            {
                throw settings.Wrong(key, Clone == "command" ? "clone = command needs clone_command=... and discard_command=..." : "it is run only with clone = command");
            }
        }

        _ = GoldenTree.MaxAge(settings);
        PathSetting.Check(settings, "path", "tarball", "tree", "cwd", "directory");

        if (User is { } user && (user[0] == '-' || user.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is ':' or '/' or ',')))
        {
            throw settings.Wrong("user", $"'{Shown.Cut(user)}' is not the name of a user");
        }

        var imports = Imports;
        if (imports.FirstOrDefault(i => i.Kind == ImportKind.Copy && Around(i) is { Kind: ImportKind.Bind or ImportKind.ReadOnly }) is { } copy)
        {
            throw settings.Wrong(Import.Key, $"the copy at '{Shown.Cut(copy.Target)}' would be in what is bound at '{Shown.Cut(Around(copy)!.Target)}', outside the chroot: overlay one of them");
        }

        _ = (Reset, CopyMode);

        Import? Around(Import import) => imports.LastOrDefault(i => import.Target.StartsWith($"{i.Target}/", StringComparison.Ordinal));
    }
}
