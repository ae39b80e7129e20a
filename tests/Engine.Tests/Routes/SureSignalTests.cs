using System.Globalization;

namespace CrCache.Routes;

/// <summary>Process ids come round: what was seen under one earlier says nothing of who has it now.</summary>
public sealed class SureSignalTests : IDisposable
{
    private readonly ProcessRun _process = ProcessRun.Start(["sleep", "1000"]);

    private ProcessStatus Seen => ProcessStatus.Of(_process.Id)!.Value;

    private ProcessStatus FormerOfThatId => Seen with { Started = Seen.Started - 1 };

    public void Dispose() => _process.Dispose();

    [Fact]
    public async Task A_process_that_was_seen_gets_the_signal()
    {
        Assert.True(SureSignal.Send(Seen, Libc.SigTerm));
        Assert.Equal(128 + Libc.SigTerm, (await _process.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task Who_has_got_its_id_does_not()
    {
        Assert.True(SureSignal.Send(FormerOfThatId, Libc.SigKill));
        await SureSignal.SendAsync([FormerOfThatId], Libc.SigTerm, Libc.SigContinue);

        await LivesAsync();
    }

    [Fact]
    public async Task Nor_does_it_by_way_of_sudo()
    {
        await SignalAsRootAsync(FormerOfThatId, "9");

        await LivesAsync();
    }

    [Fact]
    public async Task By_way_of_sudo_every_process_gets_every_signal()
    {
        using var other = ProcessRun.Start(["sh", "-c", "trap '' TERM; echo; exec sleep 1000"]);
        await Eventually.True(() => other.OutputSoFar.Length > 0);

        await SignalAsRootAsync(Seen, "15 9", Text(other.Id), Text(ProcessStatus.Of(other.Id)!.Value.Started));

        Assert.Equal(128 + Libc.SigTerm, (await _process.WaitAsync()).ExitCode);
        Assert.Equal(128 + Libc.SigKill, (await other.WaitAsync()).ExitCode);
    }

    [Theory]
    [InlineData("one", true)]
    [InlineData("another", false)]
    public async Task Over_ssh_a_group_gets_a_signal_only_under_the_mark_of_its_command(string mark, bool gets)
    {
        using var command = ProcessRun.Start(["setsid", "sh", "-c", ": mark:one; echo $$; sleep 1000 & wait", "sh"]);
        await Eventually.True(() => command.OutputSoFar.EndsWith('\n'));

        await ProcessRun.RunAsync([.. new SshWatch($"mark:{mark}", []).End(15, int.Parse(command.OutputSoFar, CultureInfo.InvariantCulture))]);

        if (gets)
            Assert.Equal(128 + Libc.SigTerm, (await command.WaitAsync()).ExitCode);
        else
            Assert.True(ProcessStatus.Of(command.Id)!.Value.IsAlive);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task SignalAsRootAsync(ProcessStatus process, string signals, params string[] more) =>
        await ProcessRun.RunAsync(["sh", "-c", SureSignal.AsRoot, "sh", signals, Text(process.Id), Text(process.Started), .. more]);

    /// <summary>A signal arrives before any later one: had there been one, this would not be what it dies of.</summary>
    private async Task LivesAsync()
    {
        Assert.True(Seen.IsAlive);
        _process.Signal(10);
        Assert.Equal(128 + 10, (await _process.WaitAsync()).ExitCode);
    }
}
