namespace CrCache.Cli;

/// <summary>Parses, runs one command, and turns what went wrong into a line and an exit code.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        StandardStreams.Require();
        var commandLine = new CommandLine();
        var parsed = commandLine.Parse(arguments);
        var report = new ErrorReport(parsed.GetValue(commandLine.Options.Json));
        try
        {
            UsageCheck.Require(parsed);
            return await CommandLine.InvokeAsync(parsed);
        }
        catch (CrCacheException error)
        {
            report.Write(error);
            return error.ExitCode;
        }
        catch (InterruptedException interrupted)
        {
            return interrupted.ExitCode;
        }
        catch (OutputClosedException)
        {
            // Whoever reads has read enough, as head(1) does: no reason to say anything.
            return ExitCodes.Done;
        }
#pragma warning disable CA1031 // The head of the program: whatever nobody foresaw still ends in one line and CrCache's own code.
        catch (Exception unforeseen)
        {
            report.Write(unforeseen);
            return ExitCodes.Failed;
        }
#pragma warning restore CA1031
    }
}
