using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A container, made and unmade by its source type alone.</summary>
public class ContainerLab : IDisposable
{
    private readonly TestHome _home = new();
    private readonly ContainerSource _type;

    internal ContainerLab(ContainerEngines engines, string name, params string[] lines)
    {
        _type = new(name, new(new() { Environment = _home.Environment }));
        Settings = new() { Name = "lab", Type = name, Directory = null };
        if ((name == "docker" ? ContainerEngine.Docker : ContainerEngine.Podman).IsMissing(out _))
            return;
        Engine = engines.Get(name);
        Settings = Settings with
        {
            Values = Engine.Configuration.Split('\n').Concat(lines).Select(l => l.Split('=', 2)).GroupBy(l => l[0]).ToDictionary(l => l.Key, l => new SettingValue(l.Last()[1], null)),
        };
        Route = _type.ProvisionAsync(Context, CancellationToken.None).GetAwaiter().GetResult().Route;
    }

    internal SourceSettings Settings { get; }

    internal ContainerEngine? Engine { get; }

    /// <summary>The way in.</summary>
    internal Route Route { get; private set; } = new();

    /// <summary>Which container it is.</summary>
    internal string Id => Route.Prefix.First(w => w.Length == 64);

    /// <summary>What the container is called.</summary>
    internal string Called => $"crcache-{Store}-lab-0";

    private string Store { get; } = Guid.NewGuid().ToString("N")[..12];

    private ProvisionContext Context =>
        new(Settings, "lab-0", Route, (route, command, token) => new ResolvedRoute(new("lab-0", [route])).StartAsync(command, token), () => Store);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (Engine is not null)
            DiscardAsync().GetAwaiter().GetResult();
        _home.Dispose();
    }

    internal Task DiscardAsync() => _type.DiscardAsync(Context, CancellationToken.None);

    internal async Task ResetAsync() => Route = (await _type.ResetAsync(Context, CancellationToken.None))?.Route ?? Route;

    internal async Task SnapshotAsync() => Route = (await _type.SnapshotAsync(Context, CancellationToken.None))?.Route ?? Route;

    /// <summary>Runs a script in it.</summary>
    internal Task<Finished> ShellAsync(string script, params string[] arguments) =>
        Finished.RunAsync(new(new("lab-0", [Route])), new() { Arguments = ["sh", "-c", script, "sh", .. arguments] });

    /// <summary>What a process of the container is called on this machine; -1 where there is none.</summary>
    internal int ProcessHere(int process)
    {
        var first = Engine!.AskAsync("inspect", "-f", "{{.State.Pid}}", Id).GetAwaiter().GetResult().Trim();
        var space = new FileInfo($"/proc/{first}/ns/pid").LinkTarget;
        return BoxLab.Processes().FirstOrDefault(p => InnerIdOf(p) == process && new FileInfo($"/proc/{p}/ns/pid").LinkTarget == space, -1);
    }

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

public sealed class DockerLab(ContainerEngines engines) : ContainerLab(engines, "docker");

public sealed class PodmanLab(ContainerEngines engines) : ContainerLab(engines, "podman");
