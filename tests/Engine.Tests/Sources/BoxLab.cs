using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A box, made and unmade by its source type alone. The machine's /tmp is shared with it, so that both see the tests' directories.</summary>
public class BoxLab : IDisposable
{
    private readonly TestHome _home = new();
    private readonly BoxSource _type;

    public BoxLab()
        : this(new() { ["share"] = "tmp" })
    {
    }

    internal BoxLab(Dictionary<string, string> settings, bool nested = false)
    {
        _type = new(new(new() { Environment = _home.Environment }), nested || UserNamespace.IsNeeded);
        Settings = new()
        {
            Name = "lab",
            Type = "box",
            Directory = null,
            Values = settings.ToDictionary(s => s.Key, s => new SettingValue(s.Value, null)),
        };
        if (!Requirement.Namespaces.IsMissing(out _))
            Route = _type.ProvisionAsync(Context, CancellationToken.None).GetAwaiter().GetResult().Route;
    }

    internal SourceSettings Settings { get; }

    /// <summary>The way in.</summary>
    internal Route Route { get; private set; } = new();

    /// <summary>The box's own directory.</summary>
    internal string Place => Path.Combine(_home.StateDirectory, "boxes", "lab-0");

    /// <summary>The process that holds it.</summary>
    internal int Holder => int.Parse(Route.Prefix[4], CultureInfo.InvariantCulture);

    private ProvisionContext Context =>
        new(Settings, "lab-0", Route, (route, command, token) => new ResolvedRoute(new("lab-0", [route])).StartAsync(command, token));

    public static void Require() => Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        DiscardAsync().GetAwaiter().GetResult();
        _home.Dispose();
    }

    internal Task DiscardAsync() => _type.DiscardAsync(Context, CancellationToken.None);

    internal async Task ResetAsync() => Route = (await _type.ResetAsync(Context, CancellationToken.None))?.Route ?? Route;

    /// <summary>Unmakes the boxes that a test has left in its home.</summary>
    internal static void Sweep(TestHome home)
    {
        var boxes = Path.Combine(home.StateDirectory, "boxes");
        foreach (var box in Directory.Exists(boxes) ? Directory.GetDirectories(boxes) : [])
            new BoxDirectory(box, Path.GetFileName(box), home.StateDirectory).UnmakeAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Runs a script in it.</summary>
    internal Task<Finished> ShellAsync(string script, params string[] arguments) =>
        Finished.RunAsync(new(new("lab-0", [Route])), new() { Arguments = ["sh", "-c", script, "sh", .. arguments] });

    /// <summary>What a process of the box is called on this machine; -1 where there is none.</summary>
    internal int ProcessHere(int process)
    {
        var space = new FileInfo($"/proc/{Holder}/ns/pid").LinkTarget;
        return Processes().FirstOrDefault(p => InnerIdOf(p) == process && new FileInfo($"/proc/{p}/ns/pid").LinkTarget == space, -1);
    }

    /// <summary>The processes of this machine.</summary>
    internal static IEnumerable<int> Processes() =>
        Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out var id) ? id : 0).Where(id => id > 0);

    internal static int InnerIdOf(int process)
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

/// <summary>The same inside a user namespace, as another user's are.</summary>
public sealed class NestedBoxLab() : BoxLab(new() { ["share"] = "tmp" }, nested: true);
