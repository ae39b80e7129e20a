using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A chroot, made and unmade by its source type alone: this machine's own tree, copied on write, unless the settings say otherwise.</summary>
public class ChrootLab : IDisposable
{
    private readonly TestHome _home = new();
    private readonly ChrootSource _type;
    private readonly IReadOnlyList<Route> _below;

    public ChrootLab()
        : this([])
    {
    }

    internal ChrootLab(Dictionary<string, string> settings, IReadOnlyList<Route>? below = null, string? sshConfiguration = null)
    {
        _type = new(new(new() { Environment = _home.Environment }));
        _below = below ?? [];
        SshConfiguration = sshConfiguration;
        settings.TryAdd("directory", _home.Combine("chroots"));
        if (!settings.ContainsKey("create") && !settings.ContainsKey("tarball"))
            settings.TryAdd("tree", "/");
        Settings = new()
        {
            Name = "lab",
            Type = "chroot",
            Directory = null,
            Values = settings.ToDictionary(s => s.Key, s => new SettingValue(s.Value, null)),
        };
        if (Requirement.Mounts.IsMissing(out _))
            return;
        try
        {
            Route = _type.ProvisionAsync(Context, CancellationToken.None).GetAwaiter().GetResult().Route;
        }
        catch
        {
            // Nobody has it who could.
            Dispose();
            throw;
        }
    }

    internal SourceSettings Settings { get; set; }

    internal string? SshConfiguration { get; }

    /// <summary>The way in, from its base.</summary>
    internal Route Route { get; private set; } = new();

    /// <summary>The whole way.</summary>
    internal IReadOnlyList<Route> Steps => [.. _below, Route];

    /// <summary>The directory of all of its source.</summary>
    internal string Chroots => Path.Combine(Settings.Text("directory")!, Context.Store);

    /// <summary>The chroot's own directory.</summary>
    internal string Place => Path.Combine(Chroots, "lab-0");

    /// <summary>The process that holds it.</summary>
    internal int Holder => int.Parse(Route.Prefix[4], CultureInfo.InvariantCulture);

    private ProvisionContext Context => new(
        Settings,
        "lab-0",
        Route,
        (route, command, token) => new ResolvedRoute(new("lab-0", [.. _below, route])) { Ssh = SshLab.Ways(SshConfiguration) }.StartAsync(command, token))
    {
        IsHere = _below.Count == 0,
    };

    public static void Require() => Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        DiscardAsync().GetAwaiter().GetResult();
        _home.Dispose();
    }

    internal Task DiscardAsync() => _type.DiscardAsync(Context, CancellationToken.None);

    internal async Task ResetAsync() => Route = (await _type.ResetAsync(Context, CancellationToken.None))?.Route ?? Route;

    internal async Task SnapshotAsync() => Route = (await _type.SnapshotAsync(Context, CancellationToken.None))?.Route ?? Route;

    internal async Task ProvisionAsync() => Route = (await _type.ProvisionAsync(Context, CancellationToken.None)).Route;

    /// <summary>Ends what holds the chroots below a directory, for a test that has failed.</summary>
    internal static void Sweep(TestHome home)
    {
        var marked = Marked(home.Path);
        foreach (var process in marked)
            ProcessRun.RunAsync(["kill", "-9", $"{process}"]).GetAwaiter().GetResult();
        Eventually.True(() => marked.TrueForAll(p => ProcessStatus.Of(p) is null or { HasEnded: true })).GetAwaiter().GetResult();
    }

    /// <summary>The processes that hold a chroot below a directory.</summary>
    internal static List<int> Marked(string directory) => [.. BoxLab.Processes().Where(p => IsMarked(p, directory))];

    /// <summary>Runs a script in it.</summary>
    internal Task<Finished> ShellAsync(string script, params string[] arguments) =>
        Finished.RunAsync(new(new("lab-0", Steps)) { Ssh = SshLab.Ways(SshConfiguration) }, new() { Arguments = ["sh", "-c", script, "sh", .. arguments] });

    /// <summary>What a process of the chroot is called on this machine; -1 where there is none.</summary>
    internal int ProcessHere(int process)
    {
        var space = new FileInfo($"/proc/{Holder}/ns/pid_for_children").LinkTarget;
        return BoxLab.Processes().FirstOrDefault(p => BoxLab.InnerIdOf(p) == process && new FileInfo($"/proc/{p}/ns/pid").LinkTarget == space, -1);
    }

    private static bool IsMarked(int process, string directory)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ").Contains($"CRCACHE_CHROOT={directory}", StringComparison.Ordinal)
                && ProcessStatus.Of(process) is { HasEnded: false };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>One of busybox alone.</summary>
public sealed class BusyboxChrootLab() : ChrootLab(new() { ["tree"] = BusyboxRoot.Path });
