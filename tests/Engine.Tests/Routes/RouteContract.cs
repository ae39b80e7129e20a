using System.Globalization;
using System.Text;
using CsCheck;

namespace CrCache.Routes;

/// <summary>What every route promises. A route joins by saying what it is; its lab must be this machine's own processes.</summary>
public abstract class RouteContract
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    private static readonly Gen<string> Word = Gen.OneOf(
        Gen.String[Gen.Char["ab $'\"\\\n\t*?[]{}()<>|&;#~!%^`=-äß漢\u0001"], 0, 12],
        Gen.OneOf(new[] { "", "-n", "--", "-x", "a=b", "$(id)", "`id`", "${HOME}", "~", "*", "\n", "'", "\"", "\\", "\\n", "ünï 漢 🙂", "%s", "!!" }.Select(Gen.Const).ToArray()));

    /// <summary>The route's steps.</summary>
    internal abstract IReadOnlyList<Route> Steps { get; }

    internal virtual string? SshConfiguration => null;

    internal virtual SshWays Ssh => SshLab.Ways(SshConfiguration);

    /// <summary>How many commands a property is tried with: fewer where a start takes long.</summary>
    internal virtual int Tries => 20;

    internal ResolvedRoute Route => With(r => r);

    internal ResolvedRoute With(Func<Route, Route> change) =>
        new(new("lab-0", [.. Steps.SkipLast(1), change(Steps[^1])])) { Ssh = Ssh };

    /// <summary>What a process that says its own id is called on this machine.</summary>
    internal virtual int ProcessHere(int process) => process;

    [Fact]
    public async Task Arguments_arrive_exactly_as_given()
    {
        await Word.Array[0, 20].SampleAsync(
            async words =>
            {
                var finished = await ShellAsync("""for word; do printf '%s\0' "$word"; done""", words);
                Assert.Equal("", finished.Error);
                Assert.Equal(words, finished.Output.Split('\0')[..^1]);
            },
            iter: Tries,
            threads: 1);
    }

    [Fact]
    public async Task Streams_are_separate_and_byte_exact_both_ways()
    {
        var input = new byte[2 * 1024 * 1024];
        new Random(1).NextBytes(input);

        var finished = await ShellAsync("head -c 1048576; cat >&2", input: input);

        Assert.Equal(0, finished.ExitCode);
        Assert.Equal(input[..(1024 * 1024)], finished.OutputBytes);
        Assert.Equal(input[(1024 * 1024)..], finished.ErrorBytes);
    }

    [Fact]
    public async Task Closing_the_input_is_the_commands_end_of_file()
    {
        await using var running = await StartAsync("cat; echo end");
        await running.StandardInput.WriteAsync("x\n"u8.ToArray());
        await running.StandardInput.FlushAsync();
        using StreamReader output = new(running.StandardOutput);
        Assert.Equal("x", await output.ReadLineAsync());

        await running.StandardInput.DisposeAsync();

        Assert.Equal("end", await output.ReadLineAsync());
        Assert.Equal(0, (await running.WaitAsync(CancellationToken.None)).ExitCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(125)]
    [InlineData(255)]
    public async Task The_exit_code_is_the_commands_own(int code)
    {
        var finished = await ShellAsync("exit \"$1\"", [code.ToString(CultureInfo.InvariantCulture)]);

        Assert.Equal(code, finished.ExitCode);
        Assert.Null(finished.Signal);
        Assert.Equal("", finished.Error);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    public async Task Death_by_a_signal_is_told(int signal)
    {
        var finished = await ShellAsync("kill -\"$1\" $$", [signal.ToString(CultureInfo.InvariantCulture)]);

        Assert.Equal(128 + signal, finished.ExitCode);
        Assert.Equal(signal, finished.Signal);
    }

    [Fact]
    public async Task A_command_that_is_not_there_ends_with_127_and_one_line()
    {
        var finished = await Finished.RunAsync(Route, new() { Arguments = ["no-such-command-here", "x"] });

        Assert.Equal(127, finished.ExitCode);
        Assert.Contains("no-such-command-here", Assert.Single(finished.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_executed_ends_with_126_and_one_line()
    {
        var finished = await Finished.RunAsync(Route, new() { Arguments = ["/etc/passwd"] });

        Assert.Equal(126, finished.ExitCode);
        Assert.Contains("/etc/passwd", Assert.Single(finished.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shells_own_command_is_not_a_program()
    {
        var finished = await Finished.RunAsync(Route, new() { Arguments = ["exit", "3"] });

        Assert.Equal(127, finished.ExitCode);
    }

    [Fact]
    public async Task A_name_with_an_equals_sign_is_a_program_like_any_other()
    {
        var finished = await Finished.RunAsync(Route, new() { Arguments = ["A=b", "true"], Environment = new Dictionary<string, string> { ["X"] = "y" } });

        Assert.Equal(127, finished.ExitCode);
    }

    [Fact]
    public async Task Variables_arrive_exactly_and_the_commands_win_over_the_routes()
    {
        var route = With(r => r with { Environment = new Dictionary<string, string> { ["A"] = "route", ["B"] = "two\nlines 'and' $HOME ü" } });
        var variables = new Dictionary<string, string> { ["A"] = "command", ["C"] = "" };

        var finished = await Finished.RunAsync(route, Shell("""printf '%s\0' "$A" "$B" "${C-unset}" """) with { Environment = variables });

        Assert.Equal("command\0two\nlines 'and' $HOME ü\0\0", finished.Output);
    }

    [Fact]
    public async Task Commands_start_where_the_route_or_the_command_says()
    {
        var route = With(r => r with { WorkingDirectory = "/usr/share" });

        Assert.Equal("/usr/share\n", (await Finished.RunAsync(route, Shell("pwd"))).Output);
        Assert.Equal("/usr/lib\n", (await Finished.RunAsync(route, Shell("pwd") with { WorkingDirectory = "/usr/lib" })).Output);
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_a_failure_of_the_way_not_of_the_command()
    {
        var command = Shell("echo ran") with { WorkingDirectory = "/no/such/directory" };
        try
        {
            var finished = await Finished.RunAsync(Route, command);
            Assert.Equal((125, ""), (finished.ExitCode, finished.Output));
            Assert.Contains("/no/such/directory", finished.Error, StringComparison.Ordinal);
        }
        catch (ResourceException e)
        {
            Assert.Equal(ErrorCodes.CommandNotStarted, e.Code);
            Assert.Contains("/no/such/directory", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_command_starts_with_no_signal_ignored_or_blocked()
    {
        var finished = await ShellAsync("exec grep -E '^Sig(Blk|Ign)' /proc/self/status");

        // 32 and 33 are the C library's own, which glibc ignores in every process that it spawns.
        const ulong own = 0b11UL << 31;
        Assert.All(finished.Output.TrimEnd('\n').Split('\n'), line =>
            Assert.Equal(0UL, ulong.Parse(line.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ~own));
    }

    [Fact]
    public async Task A_signal_reaches_what_the_command_started()
    {
        await using var running = await StartAsync("sleep 300 & echo $!; wait");
        var grandchild = await ReadNumberAsync(running);

        running.Signal(15);

        var result = await running.WaitAsync(CancellationToken.None);
        Assert.Equal(15, result.Signal);
        await Eventually.True(() => !IsAlive(grandchild));
    }

    [Fact]
    public async Task A_command_may_answer_a_signal()
    {
        await using var running = await StartAsync("trap 'echo bye; exit 7' TERM; echo $$; while :; do sleep 0.1; done");
        await ReadNumberAsync(running);

        await running.StopAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(7, (await running.WaitAsync(CancellationToken.None)).ExitCode);
    }

    [Fact]
    public async Task Stopping_ends_also_what_will_not_hear()
    {
        await using var running = await StartAsync("trap '' TERM; sleep 300 & echo $!; while :; do sleep 1; done");
        var grandchild = await ReadNumberAsync(running);

        await running.StopAsync(Grace);

        Assert.Equal(9, (await running.WaitAsync(CancellationToken.None)).Signal);
        await Eventually.True(() => !IsAlive(grandchild));
    }

    [Fact]
    public async Task Disposing_a_running_command_ends_its_group()
    {
        int grandchild;
        await using (var running = await StartAsync("trap '' TERM HUP; sleep 300 & echo $!; wait"))
            grandchild = await ReadNumberAsync(running);

        await Eventually.True(() => !IsAlive(grandchild));
    }

    [Fact]
    public async Task What_a_finished_command_left_in_the_background_goes_on()
    {
        var finished = await ShellAsync("sleep 300 >/dev/null 2>&1 </dev/null & echo $!");
        var left = int.Parse(finished.Output, CultureInfo.InvariantCulture);

        Assert.True(IsAlive(ProcessHere(left)));
        await ShellAsync("kill \"$1\"", [left.ToString(CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public async Task Fifty_run_at_once_and_none_holds_anothers_streams_open()
    {
        var running = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => StartAsync("cat; echo \"$1\" >&2", "done"))));
        for (var i = 0; i < running.Length; i++)
        {
            await running[i].StandardInput.WriteAsync(Encoding.UTF8.GetBytes($"{i}\n"));
            await running[i].StandardInput.DisposeAsync();
            using StreamReader output = new(running[i].StandardOutput);
            Assert.Equal($"{i}\n", await output.ReadToEndAsync());
            using StreamReader error = new(running[i].StandardError);
            Assert.Equal("done\n", await error.ReadToEndAsync());
            Assert.Equal(0, (await running[i].WaitAsync(CancellationToken.None)).ExitCode);
            await running[i].DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_a_command_the_users_shell_reads_its_input()
    {
        var finished = await Finished.RunAsync(Route, new() { Arguments = [] }, "echo $((6 * 7)); exit 3\n"u8.ToArray());

        Assert.Equal("42\n", finished.Output);
        Assert.Equal(3, finished.ExitCode);
    }

    [Fact]
    public async Task What_no_command_can_be_given_is_refused()
    {
        await Assert.ThrowsAsync<UsageException>(() => ShellAsync("true", ["a\0b"]));
        await Assert.ThrowsAsync<UsageException>(() => ShellAsync("true", ["\ud800"]));
        await Assert.ThrowsAsync<UsageException>(() => Finished.RunAsync(Route, Shell("true") with { WorkingDirectory = "relative" }));
        await Assert.ThrowsAsync<UsageException>(() =>
            Finished.RunAsync(Route, Shell("true") with { Environment = new Dictionary<string, string> { ["a=b"] = "" } }));
    }

    [Fact]
    public async Task Giving_up_before_the_start_starts_nothing() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Route.StartAsync(Shell("true"), new CancellationToken(canceled: true)));

    private static ResourceCommand Shell(string script, params string[] arguments) => new() { Arguments = ["sh", "-c", script, "sh", .. arguments] };

    private async Task<int> ReadNumberAsync(RunningCommand running)
    {
        // A reader of its own would read ahead.
        StringBuilder line = new();
        var one = new byte[1];
        while (await running.StandardOutput.ReadAsync(one) == 1 && one[0] != '\n')
            line.Append((char)one[0]);
        return ProcessHere(int.Parse(line.ToString(), CultureInfo.InvariantCulture));
    }

    private static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private Task<RunningCommand> StartAsync(string script, params string[] arguments) => Route.StartAsync(Shell(script, arguments), CancellationToken.None);

    private Task<Finished> ShellAsync(string script, string[]? arguments = null, byte[]? input = null) =>
        Finished.RunAsync(Route, Shell(script, arguments ?? []), input);
}
