namespace CrCache.Cli.Tests;

public sealed class RunTests : IAsyncLifetime
{
    private readonly TestHome _home = new();

    public async ValueTask InitializeAsync() => await _home.AcquireAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(75)]
    [InlineData(255)]
    public async Task The_exit_code_is_the_commands_own(int exitCode) =>
        Assert.Equal(exitCode, (await _home.CrcacheAsync("run", "local-0", "sh", "-c", $"exit {exitCode}")).ExitCode);

    [Theory]
    [InlineData("<&-")]
    [InlineData("<&- 2>&-")]
    public async Task A_closed_input_is_an_empty_one(string closed) =>
        Assert.Equal("0\n", (await _home.ShellAsync($"timeout 20 crcache run local-0 wc -c {closed}")).Success().Output);

    [Fact]
    public async Task What_is_said_to_a_closed_output_is_written_nowhere()
    {
        (await _home.ShellAsync("crcache run local-0 echo gone >&- && { crcache status nope 2>&- <&-; [ $? = 2 ]; }")).Success();

        Assert.Contains("local", (await _home.CrcacheAsync("status")).Success().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_that_is_not_utf8_is_refused_rather_than_changed()
    {
        var refused = await _home.ShellAsync("""crcache run local-0 printf %s "$(printf 'a\377b')" """);

        refused.AssertRefused(2, "CRC0001", "is not UTF-8");
        Assert.Equal("\uFFFD", (await _home.CrcacheAsync("run", "local-0", "printf", "%s", "\uFFFD")).Success().Output);
    }

    [Fact]
    public async Task A_lease_lasts_as_long_as_a_command_runs_with_it()
    {
        _home.AddSource("one", "type=local\nmaximum=1\n");
        (await _home.CrcacheAsync("acquire", "-s", "one", "--ttl", "5s")).Success();

        using var running = _home.StartCrcache("run", "one-0", "sleep", "9");
        await Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);

        Assert.Equal(75, (await _home.CrcacheAsync("acquire", "-s", "one")).ExitCode);
        (await running.WaitAsync()).Success();
    }

    [Fact]
    public async Task What_hooks_around_a_command_say_goes_to_standard_error_and_its_exit_code_stays()
    {
        _home.AddSource("s", "type=local");
        _home.AddHook("s", "pre-run.d", "10-talk", "echo before $2 $3; \"$CRCACHE\" run $1 echo inside");
        _home.AddHook("s", "post-run.d", "10-talk", "echo after $CRCACHE_EXIT_CODE; exit 1");
        await _home.AcquireAsync("s");

        var result = await _home.CrcacheAsync("run", "s-0", "sh", "-c", "echo data; exit 7");

        Assert.Equal((7, "data\n"), (result.ExitCode, result.Output));
        Assert.StartsWith("before sh -c\ninside\nafter 7\ncrcache: warning CRC0303: hook post-run.d/10-talk of s failed with exit code 1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_hook_before_a_command_gives_125_and_the_command_is_not_run()
    {
        _home.AddSource("s", "type=local");
        _home.AddHook("s", "pre-run.d", "10-fail", "exit 1");
        await _home.AcquireAsync("s");

        (await _home.CrcacheAsync("run", "s-0", "echo", "data")).AssertRefused(125, "CRC0303", "hook pre-run.d/10-fail of s failed with exit code 1");
    }

    [Fact]
    public async Task Interrupted_what_is_run_after_a_command_ends_as_well()
    {
        _home.AddSource("s", "type=local");
        _home.AddHook("s", "post-run.d", "10-slow", "echo begun; exec sleep 300");
        await _home.AcquireAsync("s");
        using var running = _home.StartCrcache("run", "s-0", "sh", "-c", "exit 3");
        await Eventually.True(() => running.ErrorSoFar == "begun\n", what: "the hook");

        running.Signal(15);

        Assert.Equal(3, (await running.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_command_that_a_signal_ends_is_128_and_its_number() =>
        Assert.Equal(137, (await _home.CrcacheAsync("run", "local-0", "sh", "-c", "kill -9 $$")).ExitCode);

    [Fact]
    public async Task A_command_that_does_not_exist_is_127()
    {
        var result = await _home.CrcacheAsync("run", "local-0", "no-such-command-here");

        result.AssertRefused(127, "CRC0402", "no-such-command-here: command not found");
        using var error = System.Text.Json.JsonDocument.Parse((await _home.CrcacheAsync("--json", "run", "local-0", "no-such-command-here")).Error);
        Assert.Equal("CRC0402", error.RootElement.GetProperty("code").GetString());
        Assert.Equal(127, error.RootElement.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task A_command_that_cannot_be_executed_is_126()
    {
        var file = _home.Combine("text");
        await File.WriteAllTextAsync(file, "no program");

        var result = await _home.CrcacheAsync("run", "local-0", file);

        result.AssertRefused(126, "CRC0402", file);
    }

    [Theory]
    [InlineData("-d|/tmp")]
    [InlineData("--help")]
    [InlineData("--version|--json|-q")]
    [InlineData("-qd|-fx|--json=yes|--query:max")]
    [InlineData("||a b| ")]
    [InlineData("'\"\\$HOME`x`$(y)|*|a\nb\ttab")]
    [InlineData("grüße|日本語|🙂|e\u0301")]
    [InlineData("a|--|b|--")]
    [InlineData("@file|[suggest]|=|:")]
    [InlineData("acquire|run|local-0")]
    public async Task Arguments_arrive_as_they_are(string joined)
    {
        var arguments = joined.Split('|');

        var result = await _home.CrcacheAsync(["run", "local-0", "sh", "-c", "printf '%s\\0' \"$@\"", "sh", .. arguments]);

        Assert.Equal(arguments, result.Success().Output.Split('\0')[..^1]);
    }

    [Theory]
    [InlineData("run|local-0|echo|-n|x")]
    [InlineData("run|local-0|--|echo|-n|x")]
    [InlineData("run|--|local-0|echo|-n|x")]
    [InlineData("run|--|local-0|--|echo|-n|x")]
    [InlineData("-q|run|-q|local-0|echo|-n|x")]
    [InlineData("--json|-qd|/|run|local-0|echo|-n|x")]
    [InlineData("run|--here=/|local-0|echo|-n|x")]
    public async Task Options_of_crcache_stand_before_the_name(string arguments) =>
        Assert.Equal("x", (await _home.CrcacheAsync(arguments.Split('|'))).Success().Output);

    [Fact]
    public async Task The_streams_are_the_commands_own()
    {
        byte[] input = [0, 1, 254, 255, 10, 13];

        var result = await ProcessRun.RunAsync(
            [Crcache.Program, "run", "local-0", "sh", "-c", "cat; printf talk >&2"], _home.Environment, _home.Project, input);

        Assert.Equal(input, result.Success().OutputBytes);
        Assert.Equal("talk", result.Error);
    }

    [Fact]
    public async Task Pipelines_in_a_command_end_as_in_a_shell() =>
        Assert.Equal("y\n", (await _home.CrcacheAsync("run", "local-0", "sh", "-c", "yes | head -n 1")).Success().Output);

    [Theory]
    [InlineData(1, "HUP")]
    [InlineData(2, "INT")]
    [InlineData(15, "TERM")]
    public async Task A_signal_goes_to_the_command_which_decides(int signal, string name)
    {
        using var run = _home.StartCrcache(
            "run", "local-0", "sh", "-c", $"trap 'echo got {name}; exit 7' {name}; echo ready; while :; do sleep 0.05; done");
        await Eventually.True(() => run.OutputSoFar.Contains("ready", StringComparison.Ordinal));

        run.Signal(signal);

        var result = await run.WaitAsync();
        Assert.Equal(7, result.ExitCode);
        Assert.Equal($"ready\ngot {name}\n", result.Output);
    }

    [Fact]
    public async Task A_signal_reaches_the_whole_process_group()
    {
        using var run = _home.StartCrcache("run", "local-0", "sh", "-c", "sleep 600 & echo $!; wait");
        var pid = await Eventually.Get(() => run.OutputSoFar.EndsWith('\n') ? run.OutputSoFar.TrimEnd() : null);

        run.Signal(15);

        Assert.Equal(143, (await run.WaitAsync()).ExitCode);
        await Eventually.True(() => !Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task Without_a_command_standard_input_is_a_script_for_a_shell()
    {
        var result = await ProcessRun.RunAsync(
            [Crcache.Program, "run", "local-0"], _home.Environment, _home.Project, "echo one\nexit 3\n"u8.ToArray());

        Assert.Equal(3, result.ExitCode);
        Assert.Equal("one\n", result.Output);
    }

    [Fact]
    public async Task Without_a_command_a_terminal_is_a_shell_with_a_terminal()
    {
        Assert.SkipWhen(Requirement.Script.IsMissing(out var reason), reason);
        using var script = Terminal.Start($"{Crcache.Program} run local-0", new Dictionary<string, string>(_home.Environment) { ["SHELL"] = "/bin/sh" }, _home.Project);

        await script.Input.WriteAsync("test -t 0 && test -t 1 && echo termi''nal\nexit 4\n"u8.ToArray());
        await script.Input.FlushAsync();

        var result = await script.WaitAsync();
        Assert.Contains("terminal", result.Output, StringComparison.Ordinal);
        Assert.Equal(4, result.ExitCode);
    }

    [Fact]
    public async Task A_hand_out_that_has_ended_is_exit_code_76()
    {
        (await _home.CrcacheAsync("release", "local-0")).Success();
        await _home.AcquireAsync();

        (await _home.CrcacheAsync("run", "local-0@1", "true")).AssertRefused(76, "CRC0203", "local-0");
        (await _home.CrcacheAsync("release", "local-0@1")).AssertRefused(76, "CRC0203", "local-0");
    }

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        return ValueTask.CompletedTask;
    }
}
