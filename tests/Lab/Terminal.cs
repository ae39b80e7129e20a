namespace CrCache.Lab;

/// <summary>Runs a command line on a terminal of its own, through <see cref="Requirement.Script"/>.</summary>
public static class Terminal
{
    /// <summary>Starts a command; what is written to its input is typed.</summary>
    /// <param name="command">A line for a shell.</param>
    /// <param name="environment">Variables on top of the inherited ones.</param>
    /// <param name="directory">Where it starts; null for here.</param>
    /// <returns>The running command; its output is what the terminal shows.</returns>
    public static ProcessRun Start(string command, IReadOnlyDictionary<string, string> environment, string? directory)
    {
        // At the end of its input script types an end of file, which shows on the screen where it comes between two settings of the terminal.
        return ProcessRun.Start(["script", "-qec", command, "/dev/null"], environment, directory, keepInputOpen: true);
    }

    /// <summary>Runs a command that nobody types anything for.</summary>
    /// <param name="command">A line for a shell.</param>
    /// <param name="environment">Variables on top of the inherited ones.</param>
    /// <param name="directory">Where it starts; null for here.</param>
    /// <returns>How it ended.</returns>
    public static async Task<ProcessResult> RunAsync(string command, IReadOnlyDictionary<string, string> environment, string? directory)
    {
        using var run = Start(command, environment, directory);
        return await run.WaitAsync();
    }
}
