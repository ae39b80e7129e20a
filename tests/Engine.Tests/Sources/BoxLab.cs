using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A box, made and unmade by its source type alone. The machine's /tmp is shared with it, so that both see the tests' directories.</summary>
public class BoxLab : IDisposable
{
    private readonly TestHome _home = new();
    private readonly IReadOnlyList<Route> _below;
    private readonly int? _holderBelow;
    private readonly string? _sshConfiguration;
    private readonly BoxSource _type;

    public BoxLab()
        : this(new() { ["share"] = "tmp" })
    {
    }

    /// <summary>Makes a box in another.</summary>
    internal BoxLab(Dictionary<string, string> settings, BoxLab outer)
        : this(settings, outer.Steps, outer.Holder)
    {
    }

    /// <summary>Makes a box.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="below">The way to what it is layered on; null for this machine.</param>
    /// <param name="holderBelow">The process that holds it, if it has processes of its own.</param>
    /// <param name="sshConfiguration">How ssh finds it.</param>
    internal BoxLab(Dictionary<string, string> settings, IReadOnlyList<Route>? below = null, int? holderBelow = null, string? sshConfiguration = null)
    {
        _below = below ?? [];
        _sshConfiguration = sshConfiguration;
        _holderBelow = holderBelow;
        _type = new(new(new() { Environment = _home.Environment }));
        Settings = new()
        {
            Name = "lab",
            Type = "box",
            Directory = null,
            Values = settings.Concat(below is null ? [] : [new("base", "below")]).ToDictionary(s => s.Key, s => new SettingValue(s.Value, null)),
        };
        if (!Requirement.Namespaces.IsMissing(out _))
            Route = _type.ProvisionAsync(Context, CancellationToken.None).GetAwaiter().GetResult().Route;
    }

    /// <summary>The whole way in.</summary>
    internal IReadOnlyList<Route> Steps => [.. _below, Route];

    internal SourceSettings Settings { get; }

    /// <summary>The way in.</summary>
    internal Route Route { get; private set; } = new();

    /// <summary>The box's own directory.</summary>
    internal string Place => Settings.Text("directory") is { } set ? Path.Combine(set, Store, "lab-0") : Path.Combine(_home.StateDirectory, "boxes", "lab-0");

    /// <summary>The store that has it.</summary>
    internal string Store { get; set; } = new('0', 12);

    /// <summary>The process that holds it, on this machine: below, it has the parent's namespace's number for it.</summary>
    internal int Holder => int.Parse(Route.Prefix[4], CultureInfo.InvariantCulture) is var holder && _holderBelow is { } below && SpaceOf(below) is var space
        ? Processes().FirstOrDefault(p => NumbersOf(p) is [.., var outer, "1"] && outer == Route.Prefix[4] && ProcessStatus.Of(p) is { } status && SpaceOf(status.Parent) == space, -1)
        : holder;

    private ProvisionContext Context =>
        new(Settings, "lab-0", Route, (route, command, token) => Way(route).StartAsync(command, token), () => Store) { IsHere = _below.All(s => s.IsPlain) };

    public static void Require() => Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);

    public virtual void Dispose()
    {
        GC.SuppressFinalize(this);
        DiscardAsync().GetAwaiter().GetResult();
        _home.Dispose();
    }

    internal Task DiscardAsync() => _type.DiscardAsync(Context, CancellationToken.None);

    internal async Task ResetAsync() => Route = (await _type.ResetAsync(Context, CancellationToken.None))?.Route ?? Route;

    /// <summary>Unmakes the boxes that a test has left in its home, and with them what is in them.</summary>
    internal static void Sweep(TestHome home) => Sweep(Path.Combine(home.StateDirectory, "boxes"));

    internal static void Sweep(string boxes)
    {
        foreach (var mark in Directory.Exists(boxes) ? Directory.GetFiles(boxes, "store", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }) : [])
            ProcessRun.RunAsync(["sh", "-c", BoxMaking.Discard, "sh", Path.GetDirectoryName(mark)!, File.ReadAllText(mark).TrimEnd('\n'), "here"]).GetAwaiter().GetResult().Success();
    }

    /// <summary>Runs a script in it.</summary>
    internal Task<Finished> ShellAsync(string script, params string[] arguments) =>
        Finished.RunAsync(Way(Route), new() { Arguments = ["sh", "-c", script, "sh", .. arguments] });

    /// <summary>What a process of the box is called on this machine; -1 where there is none.</summary>
    internal int ProcessHere(int process)
    {
        var space = SpaceOf(Holder);
        return Processes().FirstOrDefault(p => InnerIdOf(p) == process && SpaceOf(p) == space, -1);
    }

    /// <summary>The processes of this machine.</summary>
    internal static IEnumerable<int> Processes() =>
        Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out var id) ? id : 0).Where(id => id > 0);

    private ResolvedRoute Way(Route route) => new(new("lab-0", [.. _below, route])) { Ssh = SshLab.Ways(_sshConfiguration) };

    internal static int InnerIdOf(int process) => NumbersOf(process) is [.., var last] ? int.Parse(last, CultureInfo.InvariantCulture) : -1;

    // What it is called in each of the namespaces that it is in, the outermost first.
    private static string[] NumbersOf(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("NSpid:", StringComparison.Ordinal)).Split('\t')[1..];
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string? SpaceOf(int process) => new FileInfo($"/proc/{process}/ns/pid").LinkTarget;
}

/// <summary>The same as another user makes it, inside a user namespace.</summary>
public sealed class NestedBoxLab : BoxLab
{
    private readonly TemporaryDirectory _directory;

    public NestedBoxLab()
        : this(new TemporaryDirectory())
    {
    }

    /// <summary>Makes one by programs of one's own.</summary>
    /// <param name="tools">The directory where they are looked for first.</param>
    internal NestedBoxLab(string tools)
        : this(new TemporaryDirectory(), UserLab.Route with { Environment = new Dictionary<string, string>(UserLab.Route.Environment) { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" } })
    {
    }

    private NestedBoxLab(TemporaryDirectory directory, Route? way = null)
        : base(new() { ["share"] = "tmp", ["directory"] = Given(directory) }, way is not null ? [way] : Requirement.Root.IsMissing(out _) ? null : [UserLab.Route]) => _directory = directory;

    private static string Given(TemporaryDirectory directory)
    {
        if (!Requirement.Root.IsMissing(out _))
            ProcessRun.RunAsync(["chown", UserLab.Route.User!, directory.Path]).GetAwaiter().GetResult().Success();
        return directory.Path;
    }

    public override void Dispose()
    {
        base.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }
}
