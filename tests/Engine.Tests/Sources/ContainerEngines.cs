using CrCache.Sources;

[assembly: AssemblyFixture(typeof(ContainerEngines))]

namespace CrCache.Sources;

/// <summary>The engines that the tests share, each started by the first test that needs it.</summary>
public sealed class ContainerEngines : IAsyncDisposable
{
    private readonly Dictionary<string, Lazy<Task<ContainerEngine>>> _engines = new[] { "docker", "podman" }.ToDictionary(n => n, n => new Lazy<Task<ContainerEngine>>(() => ContainerEngine.StartAsync(n)));

    public static void Require(string name)
    {
        var requirement = name == "docker" ? ContainerEngine.Docker : ContainerEngine.Podman;
        Assert.SkipWhen(requirement.IsMissing(out var reason), reason);
    }

    public ContainerEngine Get(string name) => Task.Run(() => _engines[name].Value).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines.Values.Where(e => e.IsValueCreated))
            (await engine.Value).Dispose();
    }
}
