using System.Globalization;
using CrCache.Tasks.Tests;

[assembly: AssemblyFixture(typeof(PackedTasks))]

namespace CrCache.Tasks.Tests;

/// <summary>The real package, packed from what was built, in a feed of its own under a version nobody has seen.</summary>
public sealed class PackedTasks : IAsyncLifetime
{
    private readonly TemporaryDirectory _feed = new();

    /// <summary>The feed's directory.</summary>
    public string Feed => _feed.Path;

    /// <summary>The package's version.</summary>
    public string Version { get; } = string.Create(
        CultureInfo.InvariantCulture, $"1.{Environment.ProcessId}.{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}");

    /// <summary>The package.</summary>
    public string Package => _feed.Combine($"CrCache.MSBuild.{Version}.nupkg");

    public async ValueTask InitializeAsync()
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var result = await ProcessRun.RunAsync(
            [
                "dotnet", "pack", Repository.Path("src", "Tasks"), "--no-build", "--nologo", "-v", "q", "-c", configuration, "-o", Feed,
                "-p:BuildProjectReferences=false", $"-p:MinVerVersionOverride={Version}", "-nodeReuse:false",
            ]);
        result.Success();
    }

    public ValueTask DisposeAsync()
    {
        _feed.Dispose();
        return ValueTask.CompletedTask;
    }
}
