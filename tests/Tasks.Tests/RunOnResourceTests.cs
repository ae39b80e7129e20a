using System.Globalization;
using Microsoft.Build.Framework;

namespace CrCache.Tasks.Tests;

public sealed class RunOnResourceTests : IDisposable
{
    private readonly TaskBench _bench = new();

    [Fact]
    public void A_command_runs_in_a_shell_and_its_lines_are_in_the_log()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "for i in 1 2; do echo line $i; done; echo '{0} %41' >&2";

        Assert.True(task.Execute());

        Assert.Equal(0, task.ExitCode);
        Assert.Equal(["line 1", "line 2", "{0} %41"], Lines(MessageImportance.High).OrderBy(l => l![0] == '{'));
    }

    [Fact]
    public void Arguments_arrive_exactly_as_they_are()
    {
        string[] arguments = ["printf", "[%s]\\n", "a b", "$HOME", "'\"", "*", ";", "ünï"];
        var task = _bench.Run(_bench.Acquired());
        task.Arguments = arguments;
        task.ConsoleToMSBuild = true;

        Assert.True(task.Execute());

        Assert.Equal(arguments[2..].Select(a => $"[{a}]"), task.ConsoleOutput.Select(o => o.ItemSpec));
    }

    [Fact]
    public void A_command_that_fails_fails_the_task_with_its_code()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "exit 7";

        Assert.False(task.Execute());

        Assert.Equal(7, task.ExitCode);
        Assert.Equal(ErrorCodes.WorkFailed, _bench.Log.Error.Code);
        Assert.Equal("'exit 7' on builders-0 exited with code 7", _bench.Log.Error.Message);
        Assert.Equal("/project/file.targets", _bench.Log.Error.File);
    }

    [Fact]
    public void A_program_that_is_not_there_is_no_work_that_failed()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Arguments = ["nosuchprog", "x"];

        Assert.False(task.Execute());

        Assert.Equal(127, task.ExitCode);
        Assert.Equal(ErrorCodes.CommandNotStarted, _bench.Log.Error.Code);
        Assert.Contains("nosuchprog: command not found", _bench.Log.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exit_code_can_be_ignored()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "exit 7";
        task.IgnoreExitCode = true;

        Assert.True(task.Execute());

        Assert.Equal(7, task.ExitCode);
        Assert.Empty(_bench.Log.Errors);
    }

    [Fact]
    public void A_command_that_a_signal_ends_says_so()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "kill -9 $$";

        Assert.False(task.Execute());

        Assert.Equal(137, task.ExitCode);
        Assert.EndsWith("was ended by signal 9", _bench.Log.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compiler_s_errors_and_warnings_become_the_build_s()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "echo 'a.c(3,4): warning W12: odd'; echo 'b.c(5,6): error E34: wrong' >&2";

        Assert.False(task.Execute());

        var warning = Assert.Single(_bench.Log.Warnings);
        Assert.Equal(("a.c", 3, 4, "W12", "odd"), (warning.File, warning.LineNumber, warning.ColumnNumber, warning.Code, warning.Message));
        var error = _bench.Log.Error;
        Assert.Equal(("b.c", 5, 6, "E34", "wrong"), (error.File, error.LineNumber, error.ColumnNumber, error.Code, error.Message));
    }

    [Fact]
    public void Several_resources_run_the_command_at_once_and_each_line_says_whose_it_is()
    {
        var meeting = _bench.Home.Combine("meeting");
        var task = _bench.Run(_bench.Acquired(2));
        // Each waits for the other: one after the other they would never end.
        task.Command = $"echo > '{meeting}.'$$; while [ $(ls '{meeting}.'* | wc -l) -lt 2 ]; do sleep 0.01; done; echo here; echo 'x.c(1,2): warning W1: odd'";
        task.ConsoleToMSBuild = true;
        task.Timeout = "60s";

        Assert.True(task.Execute());

        Assert.Equal(["builders-0: here", "builders-1: here"], Lines(MessageImportance.High).Order());
        Assert.Equal(["x.c", "x.c"], _bench.Log.Warnings.Select(w => w.File));
        Assert.Equal(["builders-0", "builders-1"], task.ConsoleOutput.Where(o => o.ItemSpec == "here").Select(o => o.GetMetadata("Resource")).Order());
    }

    [Fact]
    public void Each_resource_that_fails_is_an_error()
    {
        var task = _bench.Run(_bench.Acquired(2));
        task.Command = "exit 3";

        Assert.False(task.Execute());

        Assert.Equal(["'exit 3' on builders-0 exited with code 3", "'exit 3' on builders-1 exited with code 3"], _bench.Log.Errors.Select(e => e.Message).Order());
    }

    [Fact]
    public void A_resource_that_is_not_leased_does_not_keep_the_others_from_running()
    {
        var task = _bench.Run([.. _bench.Acquired(), .. TaskBench.Items("builders-1", "builders-9")]);
        task.Command = "echo ran";

        Assert.False(task.Execute());

        Assert.Equal([ErrorCodes.NotLeased, ErrorCodes.NotLeased], _bench.Log.Errors.Select(e => e.Code));
        Assert.Equal("builders-0: ran", Assert.Single(Lines(MessageImportance.High)));
        Assert.Equal(ExitCodes.Failed, task.ExitCode);
    }

    [Fact]
    public void A_resource_named_twice_runs_the_command_once()
    {
        var resources = _bench.Acquired();
        var task = _bench.Run([.. resources, .. resources]);
        task.Command = "echo once";

        Assert.True(task.Execute());

        Assert.Equal("once", Assert.Single(Lines(MessageImportance.High)));
    }

    [Fact]
    public void A_lease_that_was_handed_on_is_refused()
    {
        var old = _bench.Acquired();
        Assert.True(_bench.Release(old).Execute());
        _bench.Acquired();
        var task = _bench.Run(old);
        task.Command = "echo never";

        Assert.False(task.Execute());

        Assert.Equal(ErrorCodes.LeaseLost, _bench.Log.Error.Code);
        Assert.Empty(Lines(MessageImportance.High));
    }

    [Fact]
    public void Variables_and_the_working_directory_are_the_command_s()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "pwd; echo \"$A|$B|$CRCACHE_RESOURCE\"";
        task.WorkingDirectory = "/usr";
        task.EnvironmentVariables = ["A=1=2; 3", "B="];

        Assert.True(task.Execute());

        Assert.Equal(["/usr", "1=2; 3||builders-0"], Lines(MessageImportance.High));
    }

    [Fact]
    public void Importances_are_the_streams_own()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "echo out; echo err >&2";
        task.StandardOutputImportance = "Low";
        task.StandardErrorImportance = "normal";

        Assert.True(task.Execute());

        Assert.Contains("out", Lines(MessageImportance.Low));
        Assert.Contains("err", Lines(MessageImportance.Normal));
        Assert.Empty(Lines(MessageImportance.High));
    }

    [Fact]
    public void Console_output_keeps_lines_whatever_characters_are_in_them()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Arguments = ["printf", @"%s\n\n  \n%s  \n", @"a;b*?%41$(c)@(d)\e", "zwei"];
        task.ConsoleToMSBuild = true;

        Assert.True(task.Execute());

        Assert.Equal([@"a;b*?%41$(c)@(d)\e", "zwei"], task.ConsoleOutput.Select(o => o.ItemSpec));
    }

    [Fact]
    public void Console_output_is_empty_unless_it_is_asked_for()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "echo x";

        Assert.True(task.Execute());

        Assert.Empty(task.ConsoleOutput);
    }

    [Fact]
    public void A_command_that_reads_gets_an_end_of_file()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "cat; echo done";
        task.Timeout = "60s";

        Assert.True(task.Execute());
    }

    [Fact]
    public void What_a_command_leaves_behind_does_not_keep_the_task_waiting()
    {
        var task = _bench.Run(_bench.Acquired());
        var pid = _bench.Home.Combine("pid");
        task.Command = $"sleep 1000 & echo $! > '{pid}'; echo started";

        Assert.True(task.Execute());

        Assert.Contains("started", Lines(MessageImportance.High));
        using var left = System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadAllText(pid), CultureInfo.InvariantCulture));
        left.Kill();
    }

    [Fact]
    public void Output_of_megabytes_arrives_whole()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "seq 200000; seq 100000 >&2";
        task.StandardErrorImportance = "low";

        Assert.True(task.Execute());

        Assert.Equal(Enumerable.Range(1, 200_000).Select(i => $"{i}"), Lines(MessageImportance.High));
    }

    [Theory]
    [InlineData("300")]
    [InlineData("1s")]
    public async Task A_command_that_takes_too_long_is_ended_with_all_it_started(string timeout)
    {
        var pid = _bench.Home.Combine("pid");
        var task = _bench.Run(_bench.Acquired());
        task.Command = $"sleep 1000 & echo $! > '{pid}'; wait";
        task.Timeout = timeout;

        Assert.False(task.Execute());

        Assert.Equal(ExitCodes.TimedOut, task.ExitCode);
        Assert.Equal(ErrorCodes.TimedOut, _bench.Log.Error.Code);
        Assert.Contains(timeout, _bench.Log.Error.Message, StringComparison.Ordinal);
        await Eventually.True(() => !IsAlive(pid));
    }

    [Fact]
    public async Task Cancelling_ends_the_command_and_may_be_called_any_number_of_times()
    {
        var pid = _bench.Home.Combine("pid");
        var task = _bench.Run(_bench.Acquired());
        task.Command = $"sleep 1000 & echo $! > '{pid}.new'; mv '{pid}.new' '{pid}'; wait";
        var execution = Task.Run(task.Execute);
        await Eventually.True(() => File.Exists(pid));

        for (var i = 0; i < 1000; i++)
            task.Cancel();

        Assert.False(await execution);
        for (var i = 0; i < 1000; i++)
            task.Cancel();
        Assert.Empty(_bench.Log.Errors);
        await Eventually.True(() => !IsAlive(pid));
    }

    [Fact]
    public void A_program_that_does_not_exist_is_an_error()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Arguments = ["no-such-program-anywhere"];

        Assert.False(task.Execute());

        Assert.StartsWith("CRC0", _bench.Log.Error.Code, StringComparison.Ordinal);
        Assert.Contains("no-such-program-anywhere", _bench.Log.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_too_long_for_the_system_is_an_error_and_not_a_crash()
    {
        var task = _bench.Run(_bench.Acquired());
        task.Command = "echo " + new string('x', 4_000_000);

        Assert.False(task.Execute());

        Assert.StartsWith("CRC0", _bench.Log.Error.Code, StringComparison.Ordinal);
    }

    public void Dispose() => _bench.Dispose();

    private static bool IsAlive(string pidFile) =>
        File.Exists($"/proc/{File.ReadAllText(pidFile).Trim()}/stat")
        && !File.ReadAllText($"/proc/{File.ReadAllText(pidFile).Trim()}/stat").Contains(") Z ", StringComparison.Ordinal);

    private IEnumerable<string?> Lines(MessageImportance importance) =>
        _bench.Log.Messages.Where(m => m is not TaskCommandLineEventArgs && m.Importance == importance).Select(m => m.Message);
}
