[assembly: AssemblyFixture(typeof(CrCache.Cli.Tests.PackedTool))]

namespace CrCache.Cli.Tests;

/// <summary>The tool's packages, made once, when they are first asked for, by the script that makes them for users, outside the repository's own output.</summary>
public sealed class PackedTool : IDisposable
{
    private const string Version = "0.0.1-test.1";

    // What the script uses besides the SDK: no compiler is among them.
    private static readonly string[] Tools = ["sh", "dotnet", "git", "dirname", "rm", "ls"];

    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<Task<string>> _native;
    private readonly Lazy<Task<string>> _portable;

    public PackedTool()
    {
        _native = new(() => PackAsync("native", Environment.GetEnvironmentVariable("PATH")!));
        _portable = new(() => PackAsync("portable", WithoutCompiler()));
    }

    /// <summary>The packages of a machine with a compiler.</summary>
    public Task<string> Native => _native.Value;

    /// <summary>The packages of a machine without.</summary>
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

    private string WithoutCompiler()
    {
        var bin = Directory.CreateDirectory(_directory.Combine("bin")).FullName;
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        foreach (var tool in Tools)
            File.CreateSymbolicLink(Path.Combine(bin, tool), path.Select(d => Path.Combine(d, tool)).First(File.Exists));
        return bin;
    }

    private async Task<string> PackAsync(string name, string path)
    {
        var artifacts = _directory.Combine(name);
        Dictionary<string, string> environment = new() { ["PATH"] = path, ["ArtifactsPath"] = artifacts, ["MinVerVersionOverride"] = Version };
        (await ProcessRun.RunAsync(["sh", Repository.Path("build", "pack.sh"), "Cli"], environment)).Success();
        return Path.Combine(artifacts, "package", "release");
    }
}
