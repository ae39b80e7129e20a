using System.Globalization;

namespace CrCache.Hooks;

public sealed class HookRunnerTests : IDisposable
{
    private const string Stage = "provision.d";
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _source;

    public HookRunnerTests() => _source = Directory.CreateDirectory(_directory.Combine("web")).FullName;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Scripts_run_by_name_with_the_resource_first_and_start_in_the_sources_directory()
    {
        AddScript("20-second", "echo \"2 $# $1 $(pwd) $COLOUR\" >> log");
        AddScript("10_First", "echo \"1 $# $1 $(pwd) $COLOUR\" >> log");
        AddScript("10", "echo \"0 $# $1 $(pwd) $COLOUR\" >> log");

        await RunAsync();

        Assert.Equal([.. new[] { 0, 1, 2 }.Select(i => $"{i} 1 web-0 {_source} blue")], File.ReadAllLines(Path.Combine(_source, "log")));
    }

    [Theory]
    [InlineData("10-hook.sh")]
    [InlineData("10-hook~")]
    [InlineData("#10-hook#")]
    [InlineData(".hidden")]
    [InlineData("has space")]
    [InlineData("ünicode")]
    [InlineData("line\nbreak")]
    public async Task Names_that_run_parts_would_not_take_are_left_alone(string name)
    {
        AddScript(name, "touch ran");

        Assert.False(HookRunner.HasHooks(_source, Stage));
        await RunAsync();
        Assert.False(File.Exists(Path.Combine(_source, "ran")));
    }

    [Fact]
    public async Task What_is_not_an_executable_file_is_left_alone()
    {
        File.SetUnixFileMode(AddScript("plain", "touch ran"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(Path.Combine(_source, Stage, "directory"));
        File.CreateSymbolicLink(Path.Combine(_source, Stage, "dangling"), "/no/such/file");

        Assert.False(HookRunner.HasHooks(_source, Stage));
        await RunAsync();
        Assert.False(File.Exists(Path.Combine(_source, "ran")));
    }

    [Fact]
    public async Task A_stage_without_a_directory_is_nothing_to_do()
    {
        Assert.False(HookRunner.HasHooks(_source, "discard.d"));
        await RunAsync("discard.d");
    }

    [Fact]
    public async Task The_first_failure_stops_the_stage_and_is_told_with_its_last_lines()
    {
        AddScript("10-install", "echo one; echo; echo two >&2; exit 3");
        AddScript("20-never", "touch ran");

        var failure = await Assert.ThrowsAsync<ResourceException>(() => RunAsync());

        Assert.Equal(ErrorCodes.HookFailed, failure.Code);
        Assert.Equal("hook provision.d/10-install of web failed with exit code 3: one | two", failure.Message);
        Assert.False(File.Exists(Path.Combine(_source, "ran")));
    }

    [Fact]
    public async Task Endless_output_is_read_and_only_its_end_kept()
    {
        AddScript("talk", "head -c 2000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1");

        var failure = await Assert.ThrowsAsync<ResourceException>(() => RunAsync());

        Assert.EndsWith(" | the end", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.Message.Length < 20_000);
    }

    [Fact]
    public async Task A_signal_is_told()
    {
        AddScript("die", "kill -9 $$");

        var failure = await Assert.ThrowsAsync<ResourceException>(() => RunAsync());

        Assert.Equal("hook provision.d/die of web was ended by signal 9", failure.Message);
    }

    [Fact]
    public async Task A_missing_interpreter_is_a_failure()
    {
        AddScript("odd", "#!/no/such/interpreter");

        var failure = await Assert.ThrowsAsync<ResourceException>(() => RunAsync());

        Assert.Equal(ErrorCodes.HookFailed, failure.Code);
        Assert.Contains("could not be started: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_input_is_empty()
    {
        AddScript("read", "cat > read; echo end >> read");

        await RunAsync();

        Assert.Equal("end\n", await File.ReadAllTextAsync(Path.Combine(_source, "read")));
    }

    [Fact]
    public async Task What_a_script_leaves_in_the_background_is_not_waited_for()
    {
        AddScript("daemon", "sleep 300 & echo $! > pid");

        await RunAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(IsAlive(ReadPid()));
        await ProcessRun.RunAsync(["kill", ReadPid().ToString(CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public async Task Giving_up_ends_the_script_and_what_it_started()
    {
        AddScript("wait", "trap '' TERM; sleep 300 & echo $! > pid.new; mv pid.new pid; wait");
        using CancellationTokenSource cancel = new();
        HookStage stage = new(Stage, _source, "web-0", new Dictionary<string, string>());
        var run = new HookRunner { StopTime = TimeSpan.FromMilliseconds(100) }.RunAsync(stage, cancel.Token);
        await Eventually.True(() => File.Exists(Path.Combine(_source, "pid")));

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await Eventually.True(() => !IsAlive(ReadPid()));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("web/provision.d")]
    [InlineData("web/provision.d/hook")]
    public async Task What_somebody_else_could_have_written_is_not_run(string open)
    {
        AddScript("hook", "touch ran");
        File.SetUnixFileMode(_directory.Combine(open), Executable | UnixFileMode.OtherWrite);

        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync());

        Assert.Equal(ErrorCodes.UntrustedConfiguration, refused.Code);
        Assert.False(File.Exists(Path.Combine(_source, "ran")));
    }

    [Fact]
    public async Task A_link_into_a_directory_that_anybody_can_write_to_is_not_run()
    {
        var open = Directory.CreateDirectory(_directory.Combine("open")).FullName;
        File.WriteAllText(Path.Combine(open, "script"), "#!/bin/sh\ntouch ran\n");
        File.SetUnixFileMode(Path.Combine(open, "script"), Executable);
        File.SetUnixFileMode(open, Executable | UnixFileMode.OtherWrite);
        Directory.CreateDirectory(Path.Combine(_source, Stage));
        File.CreateSymbolicLink(Path.Combine(_source, Stage, "hook"), Path.Combine(open, "script"));

        await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync());
        Assert.False(File.Exists(Path.Combine(_source, "ran")));
    }

    private static bool IsAlive(int process) => File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    private int ReadPid() => int.Parse(File.ReadAllText(Path.Combine(_source, "pid")), CultureInfo.InvariantCulture);

    private Task RunAsync(string stage = Stage) =>
        new HookRunner().RunAsync(new(stage, _source, "web-0", new Dictionary<string, string> { ["COLOUR"] = "blue" }), CancellationToken.None);

    private string AddScript(string name, string text)
    {
        var path = Path.Combine(_source, Stage, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.StartsWith('#') ? text + "\n" : $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, Executable);
        return path;
    }
}
