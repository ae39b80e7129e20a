using System.CommandLine;

namespace CrCache.Cli;

/// <summary>The options that every command takes, and what they open.</summary>
internal sealed class GlobalOptions
{
    /// <summary>The directory whose <c>.crcache</c> counts.</summary>
    public Option<string?> Here { get; } = new("--here", "-d")
    {
        Description = "Look for .crcache in DIR instead of the current directory (CRCACHE_HERE)",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>No talk.</summary>
    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "Say nothing but results and errors",
        Recursive = true,
    };

    /// <summary>Output for programs.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Write results and errors as JSON",
        Recursive = true,
    };

    /// <summary>Opens the engine that a command line asks for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="searchParents">Whether the parents of the directory count as well.</param>
    /// <exception cref="UsageException">The directory to look in is none.</exception>
    public CrCacheEngine OpenEngine(ParseResult parsed, bool searchParents = false) =>
        CrCacheEngine.Open(new EngineOptions { Directory = Directory(parsed), CommandPath = OwnPath, SearchParents = searchParents, SharesConnections = true });

    // Started through "dotnet crcache.dll" the process is dotnet, which is not what a hook wants to call.
    private static string? OwnPath =>
        Environment.ProcessPath is { } path && Path.GetFileName(path) != "dotnet" ? path : null;

    private string? Directory(ParseResult parsed)
    {
        var given = parsed.GetValue(Here) ?? EnvironmentFallback.Of("CRCACHE_HERE");
        return given is null || System.IO.Directory.Exists(given)
            ? given
            : throw new UsageException($"--here: there is no directory '{Shown.Cut(given)}'");
    }
}
