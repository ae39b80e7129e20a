namespace CrCache.Cli.Tests;

/// <summary>The tool's packages, made once from the sources here, outside the repository's own output.</summary>
public sealed class PackedTool : IDisposable
{
    private const string Version = "0.0.1-test.1";

    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<Task<string>> _native;
    private readonly Lazy<Task<string>> _portable;

    public PackedTool()
    {
        _native = new(() => PackAsync("native", "linux-x64", "-r", "linux-x64"));
        _portable = new(() => PackAsync("portable", "any", "-r", "any", "-p:PublishAot=false"));
    }

    /// <summary>The feed with the native package, and the one that points to it.</summary>
    public Task<string> Native => _native.Value;

    /// <summary>The feed with the package for every other machine, and one that points to it alone.</summary>
    public Task<string> Portable => _portable.Value;

    /// <summary>Installs the tool as a user would, from a feed alone.</summary>
    /// <returns>The command.</returns>
    public static async Task<string> InstallAsync(TestHome home, string feed)
    {
        var configuration = home.Combine("NuGet.config");
        await File.WriteAllTextAsync(
            configuration, $"<configuration><packageSources><clear /><add key=\"feed\" value=\"{feed}\" /></packageSources></configuration>");
        var tools = home.Combine("tools");
        (await ProcessRun.RunAsync(
            ["dotnet", "tool", "install", "crcache", "--tool-path", tools, "--version", Version, "--configfile", configuration],
            home.Environment,
            home.Home)).Success();
        return Path.Combine(tools, "crcache");
    }

    public void Dispose() => _directory.Dispose();

    private async Task<string> PackAsync(string name, string runtimes, params string[] arguments)
    {
        var feed = _directory.Combine(name, "feed");
        // A semicolon separates properties on the command line; one identifier a feed needs none.
        string[] pack =
        [
            "dotnet", "pack", Repository.Path("src/Cli"), "--output", feed, "--nologo", "--verbosity", "quiet",
            $"-p:ArtifactsPath={_directory.Combine("artifacts")}", $"-p:MinVerVersionOverride={Version}", $"-p:ToolPackageRuntimeIdentifiers={runtimes}",
        ];
        (await ProcessRun.RunAsync(pack)).Success();
        (await ProcessRun.RunAsync([.. pack, .. arguments])).Success();
        return feed;
    }
}
