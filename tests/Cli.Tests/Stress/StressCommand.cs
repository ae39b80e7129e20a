using System.Globalization;

namespace CrCache.Cli.Tests.Stress;

/// <summary>Runs a <c>crcache</c> command to its end, or to the kill that is planned for it.</summary>
internal sealed class StressCommand(TestHome home, string program, StressTally tally)
{
    private const int SigTerm = 15;
    private const int Killed = 128 + 9;
    private const int Asked = 128 + SigTerm;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    // Longer than anything that is waited for within a command: one that takes longer hangs.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs one.</summary>
    /// <param name="arguments">The command word and its arguments.</param>
    /// <param name="kill">The kill; null for none.</param>
    /// <param name="owner">The name that is said; null for none.</param>
    /// <param name="lawful">The exit codes, and error codes, that it may end with besides 0.</param>
    /// <returns>How it ended; null where it was killed.</returns>
    public async Task<ProcessResult?> RunAsync(IReadOnlyList<string> arguments, StressKill? kill, string? owner, params string[] lawful)
    {
        Dictionary<string, string> environment = new(home.Environment);
        if (owner is not null)
        {
            environment["CRCACHE_OWNER"] = owner;
        }

        tally.Count(arguments[0]);
        using var run = ProcessRun.Start([program, .. arguments], environment, home.Project);
        var wasKilled = kill is not null && await KillAsync(run, kill);
        ProcessResult result;
        try
        {
            result = await run.WaitAsync(Limit);
        }
        catch (TimeoutException e)
        {
            tally.Report(e.Message);
            return null;
        }

        // What a command whose own child was killed says is as good as any other's; of the others nobody knows how far they came.
        var isKnown = !wasKilled || kill!.Victim == StressVictim.Child;
        if (result.ExitCode != 0 && !(wasKilled && result.ExitCode == (kill!.Victim == StressVictim.Asked ? Asked : Killed)) && !lawful.Any(l => IsEnd(l, result)))
        {
            tally.Report($"crcache {string.Join(' ', arguments)}{(wasKilled ? $" ({kill})" : "")}: exit code {result.ExitCode}: {result.Error.Trim()}");
        }

        return isKnown && result.ExitCode != Killed ? result : null;
    }

    private static bool IsEnd(string lawful, ProcessResult result) =>
        int.TryParse(lawful, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? result.ExitCode == code
            : result.Error.Contains($"error {lawful}: ", StringComparison.Ordinal) || result.Error.Contains($"\"code\":\"{lawful}\"", StringComparison.Ordinal);

    private async Task<bool> KillAsync(ProcessRun run, StressKill kill)
    {
        int[] children = [];
        if (kill.Victim is StressVictim.CommandWithChild or StressVictim.Child)
        {
            while (!run.HasExited && (children = ProcessFiles.Children(run.Id)).Length == 0)
            {
                await Task.Delay(Poll);
            }
        }

        await Task.Delay(kill.After);
        if (run.HasExited)
        {
            return false;
        }

        tally.Count(kill.Victim switch
        {
            StressVictim.Command => "killed command",
            StressVictim.CommandWithChild => "killed command with child",
            StressVictim.Child => "killed child",
            _ => "asked to end",
        });
        if (kill.Victim == StressVictim.Child)
        {
            return children.Where(ProcessFiles.Kill).ToArray().Length > 0;
        }

        run.Signal(kill.Victim == StressVictim.Asked ? SigTerm : ProcessFiles.SigKill);
        return true;
    }
}
