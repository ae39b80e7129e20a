using System.Globalization;

namespace CrCache.TestAdapter.EndToEnd;

/// <summary>The real package, packed from what was built, in a feed of its own under a version nobody has seen.</summary>
internal sealed class PackedAdapter : IDisposable
{
    private readonly TemporaryDirectory _feed = new();

    /// <summary>The feed's directory.</summary>
    public string Feed => _feed.Path;

    /// <summary>The package's version.</summary>
    public string Version { get; } = string.Create(
        CultureInfo.InvariantCulture, $"1.{Environment.ProcessId}.{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}");

    /// <summary>Packs it.</summary>
    public async Task PackAsync()
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var result = await ProcessRun.RunAsync(
            [
                "dotnet", "pack", Repository.Path("src", "TestAdapter"), "--no-build", "--nologo", "-v", "q", "-c", configuration, "-o", Feed,
                "-p:BuildProjectReferences=false", $"-p:MinVerVersionOverride={Version}", "-nodeReuse:false",
            ]);
        result.Success();
    }

    /// <inheritdoc/>
    public void Dispose() => _feed.Dispose();
}
