namespace CrCache;

/// <summary>What the engine takes from the environment, read in one place.</summary>
internal sealed class HostEnvironment(EngineOptions options)
{
    /// <summary>Where configuration of the user's own is: <c>$XDG_CONFIG_HOME/crcache</c>, else <c>~/.config/crcache</c>.</summary>
    public string ConfigurationRoot => Path.Combine(Get("XDG_CONFIG_HOME") ?? Path.Combine(Home, ".config"), "crcache");

    /// <summary>Where the store is: <c>$CRCACHE_HOME</c>, else <c>$XDG_CACHE_HOME/crcache</c>, else <c>~/.cache/crcache</c>.</summary>
    /// <exception cref="UsageException"><c>CRCACHE_HOME</c> is not absolute: a store must not depend on where a command is run.</exception>
    public string StateDirectory =>
        Value("CRCACHE_HOME") is { } relative && !Path.IsPathRooted(relative)
            ? throw new UsageException($"CRCACHE_HOME is '{Shown.Cut(relative)}': it must be an absolute directory")
            : Get("CRCACHE_HOME") ?? Path.Combine(Get("XDG_CACHE_HOME") ?? Path.Combine(Home, ".cache"), "crcache");

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
