using System.Security.Cryptography;
using System.Text;

namespace CrCache;

/// <summary>What the engine takes from the environment, read in one place.</summary>
internal sealed class HostEnvironment(EngineOptions options)
{
    private static readonly string[] Passed = ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "CRCACHE_HOME"];

    /// <summary>Where configuration of the user's own is: <c>$XDG_CONFIG_HOME/crcache</c>, else <c>~/.config/crcache</c>.</summary>
    public string ConfigurationRoot => Path.Combine(Get("XDG_CONFIG_HOME") ?? Path.Combine(Home, ".config"), "crcache");

    /// <summary>Where the store is: <c>$CRCACHE_HOME</c>, else <c>$XDG_CACHE_HOME/crcache</c>, else <c>~/.cache/crcache</c>.</summary>
    /// <exception cref="UsageException"><c>CRCACHE_HOME</c> is not absolute: a store must not depend on where a command is run.</exception>
    public string StateDirectory =>
        Value("CRCACHE_HOME") is { } relative && !Path.IsPathRooted(relative)
            ? throw new UsageException($"CRCACHE_HOME is '{Shown.Cut(relative)}': it must be an absolute directory")
            : Get("CRCACHE_HOME") ?? Path.Combine(Get("XDG_CACHE_HOME") ?? Path.Combine(Home, ".cache"), "crcache");

    /// <summary>A lock file beside the store, for what is done once for each of several lists of places.</summary>
    public string LockFile(string what, IEnumerable<string> places) => Path.Combine(
        StateDirectory, $"{what}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', places))))[..16]}.lock");

    /// <summary>The directory whose <c>.crcache</c> counts; null where the current directory does and has been deleted.</summary>
    public string? Directory => options.Directory is { } given && Path.IsPathRooted(given)
        ? Path.GetFullPath(given)
        : CurrentDirectory is { } current ? Path.GetFullPath(options.Directory ?? "", current) : null;

    private static string? CurrentDirectory
    {
        get
        {
            try
            {
                return Environment.CurrentDirectory;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>The variables with which a <c>crcache</c> that is started from here finds the same configuration and the same store.</summary>
    public Dictionary<string, string> ForCommands()
    {
        var variables = Passed
            .Select(n => (Name: n, Value: Get(n)))
            .Where(v => v.Value is not null)
            .ToDictionary(v => v.Name, v => v.Value!);
        if (Directory is { } here)
        {
            variables["CRCACHE_HERE"] = here;
        }

        return variables;
    }

    /// <summary>A configuration file that ssh reads in place of the user's and the system's; null for those.</summary>
    public string? SshConfiguration => Get("CRCACHE_SSH_CONFIG");

    /// <summary>A variable; null where it is unset, empty, or (for a directory, by the XDG rules) not absolute.</summary>
    public string? Get(string name)
    {
        var value = Value(name);
        return name.EndsWith("_HOME", StringComparison.Ordinal) && !Path.IsPathRooted(value) ? null : value;
    }

    private string? Value(string name)
    {
        var value = options.Environment is { } environment
            ? environment.GetValueOrDefault(name)
            : Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(value) ? null : value;
    }

    // Not SpecialFolder: it is empty where the directory does not exist yet.
    private string Home =>
        Get("HOME") is { } home && Path.IsPathRooted(home)
            ? home
            : throw new ConfigurationException(
                ErrorCodes.ConfigurationSyntax,
                "HOME is not set: set it, or CRCACHE_HOME and XDG_CONFIG_HOME, to an absolute directory",
                location: null);
}
