using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A container, made and unmade by its source type alone, on this machine or on what a route leads to.</summary>
public class LxcLab : IDisposable
{
    private readonly TestHome _home = new();
    private readonly LxcBase? _base;
    private readonly LxcSource _type;

    public LxcLab()
        : this([])
    {
    }

    internal LxcLab(Dictionary<string, string> settings, IReadOnlyList<Route>? below = null, string? ssh = null, params string[] lines)
    {
        Below = below ?? [];
        Ssh = ssh;
        _type = new(new(new() { Environment = _home.Environment }));
        if (LxcBase.IsMissing(out _))
            return;
        _base = new(lines);
        Dictionary<string, string> all = new(settings);
        if (Below.Count > 0)
            all.TryAdd("directory", _home.Combine("far"));
        if (!GoldenTree.Keys.Any(all.ContainsKey))
        {
            all.TryAdd("container", LxcBase.Name);
            all.TryAdd("lxcpath", _base.Path);
        }

        Settings = new() { Name = "lab", Type = "lxc", Directory = null, Values = all.ToDictionary(s => s.Key, s => new SettingValue(s.Value, null)) };
        _type.Check(Settings);
        MakeAsync().GetAwaiter().GetResult();
    }

    /// <summary>The way to the machine that has it; empty for this one.</summary>
    internal IReadOnlyList<Route> Below { get; }

    internal string? Ssh { get; }

    internal SourceSettings Settings { get; } = null!;

    /// <summary>The way in, from that machine.</summary>
    internal Route Route { get; private set; } = new();

    /// <summary>How many processors it may use.</summary>
    internal int? Concurrency { get; private set; }

    /// <summary>The container's own directory.</summary>
    internal string Place => Settings.Text("directory") is { } set ? Path.Combine(set, Store, "lab-0") : Path.Combine(_home.StateDirectory, "lxc", "lab-0");

    /// <summary>Its first process, as this machine has it; 0 where none is written down.</summary>
    internal int Init => new FileInfo(Path.Combine(Place, "holder")) is { Exists: true, Length: > 0 } ? int.Parse(File.ReadAllText(Path.Combine(Place, "holder")).Split(' ')[0], CultureInfo.InvariantCulture) : 0;

    internal string Store { get; set; } = Guid.NewGuid().ToString("N")[..12];

    private ProvisionContext Context => ContextOver(Below);

    public static void Require() => Assert.SkipWhen(LxcBase.IsMissing(out var reason), reason);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (_base is not null)
            _type.DiscardAsync(ContextOver([]), CancellationToken.None).GetAwaiter().GetResult(); // the ssh server may be gone by now
        _base?.Dispose();
        _home.Dispose();
    }

    /// <summary>Unmakes what a test has left in a path of containers.</summary>
    internal static void Sweep(string path)
    {
        foreach (var place in Directory.Exists(path) ? Directory.GetDirectories(path).Where(d => Path.GetFileName(d)[0] != '.') : [])
        {
            var store = Path.Combine(place, "store") is var file && File.Exists(file) ? File.ReadAllText(file).Trim() : "none";
            ProcessRun.RunAsync(["sh", "-c", LxcScripts.Discard, "sh", place, store, "here"]).GetAwaiter().GetResult().Success();
        }
    }

    internal async Task MakeAsync()
    {
        var draft = await _type.ProvisionAsync(Context, CancellationToken.None);
        (Route, Concurrency) = (draft.Route, draft.Concurrency);
    }

    internal Task DiscardAsync() => _type.DiscardAsync(Context, CancellationToken.None);

    internal async Task ResetAsync() => Route = (await _type.ResetAsync(Context, CancellationToken.None))?.Route ?? Route;

    internal Task RestAsync() => _type.RestAsync(Context, CancellationToken.None);

    internal async Task SnapshotAsync() => Route = (await _type.SnapshotAsync(Context, CancellationToken.None))?.Route ?? Route;

    /// <summary>Runs a script in it.</summary>
    internal Task<Finished> ShellAsync(string script, params string[] arguments) =>
        Finished.RunAsync(Resolved(Route), new() { Arguments = ["sh", "-c", script, "sh", .. arguments] });

    /// <summary>What is left of it: processes, cgroups, mounts and lock files, its directory.</summary>
    internal async Task<string> LeftAsync() =>
        $"{await LxcBase.LeftAsync(Path.GetDirectoryName(Place)!, Store)}{(Path.Exists(Place) ? Place : "")}";

    /// <summary>What a process of it is called on this machine; -1 where there is none.</summary>
    internal int ProcessHere(int process)
    {
        var space = new FileInfo($"/proc/{Init}/ns/pid").LinkTarget;
        return BoxLab.Processes().FirstOrDefault(p => InnerIdOf(p) == process && new FileInfo($"/proc/{p}/ns/pid").LinkTarget == space, -1);
    }

    private ProvisionContext ContextOver(IReadOnlyList<Route> below) =>
        new(Settings, "lab-0", Route, (route, command, token) => Resolved(route, below).StartAsync(command, token), () => Store) { IsHere = below.Count == 0 };

    private ResolvedRoute Resolved(Route route, IReadOnlyList<Route>? below = null) => new(new("lab-0", [.. below ?? Below, route])) { Ssh = SshLab.Ways(Ssh) };

    private static int InnerIdOf(int process)
    {
        try
        {
            return int.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("NSpid:", StringComparison.Ordinal)).Split('\t')[^1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return -1;
        }
    }
}

/// <summary>One on the other side of an ssh server, made when the server is there.</summary>
public sealed class LxcOverSshLab : IDisposable
{
    private LxcLab? _lab;

    public LxcLab Of(SshLab ssh) => _lab ??= new([], [new() { Ssh = SshLab.Endpoint }], ssh.Server!.Configuration);

    public void Dispose() => _lab?.Dispose();
}
