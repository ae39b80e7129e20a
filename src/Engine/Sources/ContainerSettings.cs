using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>What the settings of a container say.</summary>
/// <param name="settings">The source.</param>
/// <param name="engine">The engine: <c>docker</c> or <c>podman</c>.</param>
internal sealed class ContainerSettings(SourceSettings settings, string engine)
{
    // What is said to the engine for the source, and would make containers that cannot be found again or do not stay.
    private static readonly string[] Refused = ["--name", "--rm", "-d", "--detach", "--cidfile", "--replace", "--help"];

    /// <summary>The keys.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["image", "options", "command", "network", "pull", "cli", "host", "directory", "cwd", "user", CopySetting.Key, Import.Key, .. ResetSetting.Keys];

    /// <summary>The image.</summary>
    public string Image { get; } = settings.Text("image") ?? "";

    /// <summary>Further options of <c>run</c>.</summary>
    public IReadOnlyList<string> Options { get; } = Split(settings, "options");

    /// <summary>What keeps it alive, behind the image's own entry point; nothing for what does without the image's help.</summary>
    public IReadOnlyList<string> Command { get; } = Split(settings, "command");

    /// <summary>Whether the image's own command keeps it alive.</summary>
    public bool HasImagesCommand => Command is ["default"];

    /// <summary>The user that commands run as; null for the image's.</summary>
    public string? User { get; } = settings.Text("user");

    /// <summary>Whether that is root with root's group, whatever the image says.</summary>
    public bool IsRoot => User?.Split(':') is ["root" or "0"] or ["root" or "0", "root" or "0"];

    /// <summary>Where commands start; null for the image's directory.</summary>
    public string? WorkingDirectory { get; } = settings.Text("cwd");

    /// <summary>What is brought into it.</summary>
    public IReadOnlyList<Import> Imports { get; } = Import.Of(settings);

    /// <summary>How it is made fit for its next holder.</summary>
    public ResetStrategy Reset { get; } = ResetSetting.Of(settings, ResetStrategy.Recreate, ResetStrategy.Snapshot);

    /// <summary>How files are put in place in it.</summary>
    public CopyMode CopyMode { get; } = CopySetting.Of(settings, seesMachine: false);

    /// <summary>The words that call the engine's program.</summary>
    public IReadOnlyList<string> Program =>
    [
        .. settings.Text("cli") is null ? [engine] : Split(settings, "cli"),
        .. settings.Text("host") is { } host ? [engine == "podman" ? "--url" : "--host", host[0] == '/' ? $"unix://{host}" : host] : Array.Empty<string>(),
    ];

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="ConfigurationException">A setting is not acceptable.</exception>
    public void Check()
    {
        if (Image.Length == 0)
        {
            throw settings.Wrong("image", $"a {engine} source needs an image: image=NAME");
        }

        foreach (var key in (string[])["image", "network", "host", "user"])
        {
            if (settings.Text(key) is { } text && (text[0] == '-' || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
            {
                throw settings.Wrong(key, $"'{Shown.Cut(text)}' is not a name: it begins with a dash, or has blanks in it");
            }
        }

        if (Options is [var first, ..] && first[0] != '-')
        {
            throw settings.Wrong("options", $"'{Shown.Cut(first)}' is not an option of {engine} run");
        }

        if (Options.FirstOrDefault(o => Refused.Contains(o.Split('=')[0])) is { } refused)
        {
            throw settings.Wrong("options", $"'{Shown.Cut(refused)}' cannot be set: the source names its containers, keeps them and removes them itself");
        }

        if (settings.Text("pull") is { } pull && pull is not ("missing" or "never" or "always"))
        {
            throw settings.Wrong("pull", $"'{Shown.Cut(pull)}' is not one of missing, never, always");
        }

        if (settings.Text("cli") is not null && Program[0] is "" or ['-', ..])
        {
            throw settings.Wrong("cli", $"'{Shown.Cut(Program[0])}' is not a program");
        }

        PathSetting.Check(settings, "directory", "cwd", "directory");

        if (engine == "docker" && Imports.FirstOrDefault(i => i.Kind == ImportKind.Overlay) is { } overlaid)
        {
            throw settings.Wrong(Import.Key, $"'{Shown.Cut(overlaid.Source)}' cannot be overlaid by docker: podman can, or have it copied with rsync:/from:/to");
        }
    }

    /// <summary>The words of the engine that run a container, and before them which of them is the image, from 1.</summary>
    /// <param name="name">The container's name.</param>
    /// <param name="store">The store that it belongs to.</param>
    /// <param name="resource">The resource that it is.</param>
    public IReadOnlyList<string> Run(string name, string store, string resource)
    {
        List<string> words =
        [
            "run", "--detach", "--name", name, "--label", $"{ContainerScripts.StoreLabel}={store}", "--label", $"{ContainerScripts.ResourceLabel}={resource}",
        ];
        if (settings.Text("pull") is { } pull)
        {
            words.Add($"--pull={pull}");
        }

        if (settings.Text("network") is { } network)
        {
            words.Add($"--network={network}");
        }

        foreach (var import in Imports.Where(i => i.Kind != ImportKind.Copy))
        {
            // --volume would make what is not there; only it can overlay.
            words.AddRange(import.Kind == ImportKind.Overlay
                ? ["--volume", $"{import.Source}:{import.Target}:O"]
                : ["--mount", $"type=bind,{Field("source", import.Source)},{Field("target", import.Target)}{(import.Kind == ImportKind.ReadOnly ? ",readonly" : "")}"]);
        }

        words.AddRange(Options);
        if (Command.Count == 0)
        {
            words.AddRange(["--entrypoint", "/bin/sh"]);
        }

        words.Add(Image);
        var image = words.Count;
        words.AddRange(HasImagesCommand ? [] : Command.Count > 0 ? Command : ["-c", ContainerScripts.Idle]);
        return [image.ToString(CultureInfo.InvariantCulture), .. words];
    }

    private static string Field(string name, string value) => value.AsSpan().ContainsAny(",\"") ? $"\"{name}={value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : $"{name}={value}";

    private static IReadOnlyList<string> Split(SourceSettings settings, string key) => settings.Text(key) is not { } text ? []
        : text.Any(c => char.IsControl(c) && !char.IsWhiteSpace(c)) ? throw settings.Wrong(key, "there is a control character in it")
        : ShellWords.Split(text) ?? throw settings.Wrong(key, "a quote is not closed");
}
