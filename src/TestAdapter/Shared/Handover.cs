namespace CrCache.TestAdapter;

/// <summary>
/// What the data collector tells the fan-out host: what it leased, or why it could not. It goes by environment variables,
/// the one thing a collector can give a test host; the hosts that run tests do not see them.
/// </summary>
internal sealed record Handover
{
    private const string ResourcesVariable = "CRCACHE_TESTRUN_RESOURCES";
    private const string SourceVariable = "CRCACHE_TESTRUN_SOURCE";
    private const string DirectoryVariable = "CRCACHE_TESTRUN_DIRECTORY";
    private const string ErrorVariable = "CRCACHE_TESTRUN_ERROR";
    private const string OptionsVariable = "CRCACHE_TESTRUN_OPTIONS";

    /// <summary>The source that was asked for.</summary>
    public required string Source { get; init; }

    /// <summary>The directory whose configuration counts.</summary>
    public required string Directory { get; init; }

    /// <summary>What was leased; empty where there is an error.</summary>
    public IReadOnlyList<LeasedResource> Resources { get; init; } = [];

    /// <summary>Why nothing was leased, as one line with its code; null where something was.</summary>
    public string? Error { get; init; }

    /// <summary>How the run goes.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>The variables' names, which tests shall not see.</summary>
    public static IReadOnlyList<string> VariableNames { get; } = [ResourcesVariable, SourceVariable, DirectoryVariable, ErrorVariable, OptionsVariable];

    /// <summary>Reads it back; null where no collector spoke.</summary>
    /// <param name="variable">Looks a variable up.</param>
    /// <exception cref="UsageException">A resource is not written as one.</exception>
    public static Handover? Read(Func<string, string?> variable) =>
        variable(ErrorVariable) is { Length: > 0 } error
            ? new Handover
            {
                Source = variable(SourceVariable) ?? "",
                Directory = variable(DirectoryVariable) ?? "",
                Options = RunOptions.Parse(variable(OptionsVariable) ?? ""),
                Error = error,
            }
            : variable(ResourcesVariable) is { Length: > 0 } resources
                ? new Handover
                {
                    Source = variable(SourceVariable) ?? "",
                    Directory = variable(DirectoryVariable) ?? "",
                    Options = RunOptions.Parse(variable(OptionsVariable) ?? ""),
                    Resources = [.. resources.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(LeasedResource.Parse)],
                }
                : null;

    /// <summary>Writes it.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToVariables()
    {
        yield return new(SourceVariable, Source);
        yield return new(DirectoryVariable, Directory);
        yield return new(OptionsVariable, Options.ToString());
        yield return Error is null ? new(ResourcesVariable, string.Join(' ', Resources)) : new(ErrorVariable, Error);
    }
}
