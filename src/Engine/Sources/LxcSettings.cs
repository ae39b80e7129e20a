using System.Text.RegularExpressions;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>What the settings of a container say.</summary>
/// <param name="settings">The source.</param>
internal sealed partial class LxcSettings(SourceSettings settings)
{
    private const string BaseContainer = "container";
    private const string ToBridge = "veth:";
    private const int LongestInterface = 15;
    // What commands have of these cannot be less than what it takes to enter a container.
    private static readonly string[] WayIn = ["setgid", "setuid", "sys_chroot", "sys_admin"];
    private static readonly string[] Origins = [BaseContainer, .. GoldenTree.Keys];

    /// <summary>The keys, besides those that other types have as well.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["container", "lxcpath", .. GoldenTree.Keys, GoldenTree.MaxAgeKey, "user", "cwd", "directory", "config", "network", "init", "idle", CopySetting.Key, Import.Key, .. ResetSetting.Keys];

    /// <summary>What containers are made from: the one of <c>container</c>, <c>create</c>, <c>tarball</c> and <c>tree</c> that is set.</summary>
    public string Origin { get; } = Origins.FirstOrDefault(k => settings.Text(k) is not null) ?? BaseContainer;

    /// <summary>The base container's name, the command line, or the path.</summary>
    public string OriginText => settings.Text(Origin)!;

    /// <summary>Where that is: LXC's path, empty for its own, or the golden tree's name.</summary>
    public string Whereabouts => Origin == BaseContainer ? Path ?? "" : GoldenTree.Key(settings, Origin, OriginText);

    /// <summary>The container that others are made from; null where a tree is.</summary>
    public string? Container => settings.Text(BaseContainer);

    /// <summary>LXC's path that it is in; null for LXC's own.</summary>
    public string? Path => settings.Text("lxcpath");

    /// <summary>The user that commands run as.</summary>
    public string User => settings.Text("user") ?? "root";

    /// <summary>Where commands start; null for <c>/</c>.</summary>
    public string? WorkingDirectory => settings.Text("cwd");

    /// <summary>Whether the container's own init is started, rather than one that only waits.</summary>
    public bool Boots => settings.Text("init") == "system";

    /// <summary>Whether one that nobody has is stopped.</summary>
    public bool Sleeps => settings.Text("idle") == "stopped";

    /// <summary>The bridge of the base that its network is at; null for a network of its own, with loopback only.</summary>
    public string? Bridge =>
        settings.Text("network") is { } network && network.StartsWith(ToBridge, StringComparison.Ordinal) ? network[ToBridge.Length..] : null;

    /// <summary>What of the base's files is seen in it.</summary>
    public IReadOnlyList<Import> Imports => Import.Of(settings);

    /// <summary>Whether that is its root, so that files are his as root of the machine makes them.</summary>
    public bool IsRoot => User is "root" or "#0";

    /// <summary>How files are put in place in it.</summary>
    /// <exception cref="ConfigurationException">There is no such way.</exception>
    public CopyMode CopyMode => CopySetting.Of(settings, seesMachine: false);

    /// <summary>How it is made fit for its next holder.</summary>
    public ResetStrategy Reset => ResetSetting.Of(settings, ResetStrategy.Snapshot, ResetStrategy.Recreate);

    /// <summary>The lines of its configuration that say which network it has, and then the user's own.</summary>
    /// <param name="host">Its name.</param>
    public string Lines(string host)
    {
        List<string> lines = [$"lxc.uts.name = {host}"];
        lines.AddRange(Bridge is { } bridge ? ["lxc.net.0.type = veth", $"lxc.net.0.link = {bridge}", "lxc.net.0.flags = up"] : ["lxc.net.0.type = empty"]);
        lines.AddRange(Configuration());
        return string.Join('\n', lines);
    }

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="ConfigurationException">A setting is not acceptable.</exception>
    public void Check()
    {
        if (Origins.Count(k => settings.Text(k) is not null) != 1)
        {
            throw settings.Wrong(Origin, "a container is made from exactly one of container=NAME, create=COMMAND, tarball=/FILE and tree=/DIRECTORY");
        }

        if (Container is { } name && !Name().IsMatch(name))
        {
            throw settings.Wrong("container", $"'{Shown.Cut(name)}' is not the name of a container");
        }

        if (Container is null && Path is not null)
        {
            throw settings.Wrong("lxcpath", "it says where container= is, which is not set");
        }

        PathSetting.Check(settings, "directory", "lxcpath", "tarball", "tree", "cwd", "directory");

        if (settings.Text("tree") is { } tree && tree.AsSpan().ContainsAny(":,\\ "))
        {
            throw settings.Wrong("tree", $"'{Shown.Cut(tree)}' cannot be overlaid: there is a blank, comma, colon or backslash in it");
        }

        if (!Account().IsMatch(User))
        {
            throw settings.Wrong("user", $"'{Shown.Cut(User)}' is neither the name of a user nor #NUMBER");
        }

        _ = GoldenTree.MaxAge(settings);
        OneOf("init", "own", "system");
        OneOf("idle", "running", "stopped");
        CheckNetwork();
        _ = Configuration();
        _ = Imports;
        _ = (Reset, CopyMode);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"^([A-Za-z_][A-Za-z0-9_.-]*|#[0-9]{1,10})\z")]
    private static partial Regex Account();

    // Its init would take the network for its own and give the machine another address, or none.
    private const string Shared = "a container in the machine's own network can take the machine off it: use empty or veth:BRIDGE";

    private void CheckNetwork()
    {
        var network = settings.Text("network") ?? "empty";
        if (network == "none")
        {
            throw settings.Wrong("network", Shared);
        }

        if (network != "empty" && !(Bridge is { Length: <= LongestInterface } bridge && Name().IsMatch(bridge)))
        {
            throw settings.Wrong("network", $"'{Shown.Cut(network)}' is neither empty nor veth:BRIDGE");
        }
    }

    private List<string> Configuration()
    {
        List<string> lines = [];
        foreach (var line in (settings.Text("config") ?? "").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0))
        {
            if (line.Split('=', 2) is not [var left, var right] || left.Trim() is not { } key || !key.StartsWith("lxc.", StringComparison.Ordinal) || line.Any(char.IsControl))
            {
                throw settings.Wrong("config", $"'{Shown.Cut(line)}' is no line of a container's configuration: lxc.KEY = VALUE");
            }

            if (key.StartsWith("lxc.net", StringComparison.Ordinal) && key.EndsWith(".type", StringComparison.Ordinal) && right.Trim() is "none" or "\"none\"" or "'none'")
            {
                throw settings.Wrong("config", $"'{Shown.Cut(line)}': {Shared}");
            }

            if (key is "lxc.cgroup.relative" or "lxc.net" or "lxc.net.0.type" or "lxc.include" or "lxc.rootfs.path" or "lxc.execute.cmd" or "lxc.ephemeral" || (key == "lxc.init.cmd" && !Boots)
                || key.StartsWith("lxc.cgroup.dir", StringComparison.Ordinal) || key.StartsWith("lxc.namespace.", StringComparison.Ordinal))
            {
                throw settings.Wrong("config", $"{key} is this source's own to set");
            }

            if (key == "lxc.cap.drop" && right.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(c => WayIn.Contains(c.ToLowerInvariant())) is { } needed)
            {
                throw settings.Wrong("config", $"'{Shown.Cut(line)}': the way in needs {needed}, so that it could not be kept from commands");
            }

            lines.Add($"{key} = {right.Trim()}");
        }

        return lines;
    }

    private void OneOf(string key, string one, string other)
    {
        if (settings.Text(key) is { } text && text != one && text != other)
        {
            throw settings.Wrong(key, $"'{Shown.Cut(text)}' is neither {one} nor {other}");
        }
    }
}
