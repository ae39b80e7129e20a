namespace CrCache.Routes;

/// <summary>Starts <c>crcache</c> itself, as a process that goes on when this one has ended, and on nobody's behalf.</summary>
internal static class OwnCommand
{
    // What says on whose behalf this process runs.
    private static readonly string[] Own = ["CRCACHE_RUN", "CRCACHE_LEASE", "CRCACHE_RESOURCE", "CRCACHE_SOURCE", "CRCACHE_CONCURRENCY"];

    /// <summary>Starts it. Where there is no such command nothing happens.</summary>
    /// <param name="environment">What it is to find again.</param>
    /// <param name="options">Where it is.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="directory">Where it starts; null for this process's own directory.</param>
    public static void Start(HostEnvironment environment, EngineOptions options, IEnumerable<string> arguments, string? directory = null)
    {
        var variables = ChildStart.CurrentEnvironment(environment.ForCommands());
        foreach (var name in Own)
        {
            variables.Remove(name);
        }

        _ = ChildProcess.Start(
            new ChildStart
            {
                Arguments = [options.CommandPath ?? "crcache", .. arguments],
                Environment = variables,
                WorkingDirectory = directory,
                ClosesOthers = true,
                Input = StreamUse.Nothing,
                Output = StreamUse.Nothing,
                Error = StreamUse.Nothing,
            },
            out _);
    }
}
