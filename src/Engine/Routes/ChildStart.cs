namespace CrCache.Routes;

/// <summary>How to start a process of this machine.</summary>
internal sealed record ChildStart
{
    /// <summary>Program and arguments, at least the program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment; see <see cref="CurrentEnvironment"/>.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Where it starts; null for this process's own directory.</summary>
    public string? WorkingDirectory { get; init; }

    public StreamUse Input { get; init; }

    public StreamUse Output { get; init; }

    public StreamUse Error { get; init; }

    /// <summary>
    /// When true its descriptor 3 is a pipe on which it reads a line once it has ended by itself, and the end of file when this
    /// process dies first.
    /// </summary>
    public bool Lifeline { get; init; }

    /// <summary>
    /// When true it stays in this process's group, where a terminal's Ctrl-C and job control reach it; else it leads a
    /// session of its own, and cannot be stopped by reading from a terminal it does not own.
    /// </summary>
    public bool SharesTerminal { get; init; }

    /// <summary>When true it gets no other descriptors of this process, as far as the C library can: one that outlives this process must not keep a pipe or a lock.</summary>
    public bool ClosesOthers { get; init; }

    /// <summary>What to do when it has ended, before anybody else hears of it; null for nothing.</summary>
    public Action? OnEnd { get; init; }

    /// <summary>This process's environment with some variables set over it.</summary>
    public static Dictionary<string, string> CurrentEnvironment(params IEnumerable<IReadOnlyDictionary<string, string>> over)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        foreach (var (name, value) in over.SelectMany(o => o))
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
                throw new UsageException($"'{name}' cannot name an environment variable");
            environment[name] = value;
        }

        return environment;
    }
}
