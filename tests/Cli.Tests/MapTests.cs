using System.Globalization;
using System.Text;

namespace CrCache.Cli.Tests;

public sealed class MapTests : IDisposable
{
    private readonly TestHome _home = new();

    public MapTests() => _home.AddSource("lab", "type=local\nmaximum=3\nconcurrency=2\n");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Each_input_is_run_once_and_outputs_come_in_its_order_where_that_is_asked_for()
    {
        var inputs = Enumerable.Range(1, 50).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();

        var result = (await MapAsync(Lines(inputs), "-k", "--", "sh", "-c", "sleep 0.0$(( {} % 4 )); echo {}")).Success();

        Assert.Equal(inputs, result.OutputLines);
        Assert.Empty(result.Error);
        await NothingIsLeasedAsync();
    }

    [Fact]
    public async Task Without_a_place_for_it_the_input_comes_last_and_arrives_as_it_is()
    {
        string[] inputs = ["a b", "", "$(touch x)", "'\"\\", "-n", "{}", "{#}", "ä\ud83d\ude00"];

        var result = (await MapAsync(Lines(inputs), "-k", "--", "printf", "[%s]\\n")).Success();

        Assert.Equal(inputs.Select(i => $"[{i}]"), result.OutputLines);
    }

    [Fact]
    public async Task A_zero_byte_ends_inputs_with_line_breaks() =>
        Assert.Equal("[a\nb][c]", (await MapAsync("a\nb\0c\0", "-0", "-k", "--", "printf", "[%s]")).Success().Output);

    [Fact]
    public async Task Number_and_slot_have_places_too()
    {
        var result = (await MapAsync("a\nb\n", "-k", "-n", "1", "-j", "1", "--", "echo", "{#}:{}:{%}:{}")).Success();

        Assert.Equal(["1:a:1:a", "2:b:1:b"], result.OutputLines);
    }

    [Fact]
    public async Task The_exit_code_counts_what_failed()
    {
        Assert.Equal(3, (await MapAsync("0\n1\n2\n3\n", "--", "sh", "-c", "exit {}")).ExitCode);
        Assert.Equal(101, (await MapAsync(string.Concat(Enumerable.Repeat("x\n", 150)), "--", "false")).ExitCode);
        await NothingIsLeasedAsync();
    }

    [Fact]
    public async Task A_tag_stands_before_each_line_also_of_standard_error()
    {
        var result = (await MapAsync("a\nb\n", "-k", "--tag", "--", "sh", "-c", "echo one; printf two; echo bad >&2")).Success();

        Assert.Equal(["a\tone", "a\ttwo", "b\tone", "b\ttwo"], result.OutputLines);
        Assert.Equal("a\tbad\nb\tbad\n", result.Error);
    }

    [Fact]
    public async Task Outputs_are_not_mixed_however_long_they_are()
    {
        var result = (await MapAsync("1\n2\n3\n4\n", "--", "sh", "-c", "seq -f {}:%.0f 300000")).Success();

        Assert.Equal(4, 1 + result.OutputLines.Zip(result.OutputLines.Skip(1)).Count(p => p.First[0] != p.Second[0]));
        Assert.Equal(1_200_000, result.OutputLines.Count);
    }

    [Fact]
    public async Task A_job_log_reads_as_that_of_gnu_parallel()
    {
        var log = _home.Combine("log");

        Assert.Equal(2, (await MapAsync("0\n7\nkill -9 $$\n", "--joblog", log, "--", "sh", "-c", "case '{}' in k*) {};; *) exit {};; esac")).ExitCode);

        var lines = (await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)).Select(l => l.Split('\t')).ToArray();
        Assert.Equal(["Seq", "Host", "Starttime", "JobRuntime", "Send", "Receive", "Exitval", "Signal", "Command"], lines[0]);
        Assert.Equal([("1", "0", "0"), ("2", "7", "0"), ("3", "0", "9")], lines.Skip(1).OrderBy(l => l[0]).Select(l => (l[0], l[6], l[7])));
    }

    [Fact]
    public async Task What_fails_is_tried_again_and_only_the_last_output_is_shown()
    {
        var tries = _home.Combine("tries");

        var result = (await MapAsync("x\n", "--retries", "3", "--", "sh", "-c", $"echo t >> {tries}; wc -l < {tries}; [ $(wc -l < {tries}) = 3 ] # {{}}")).Success();

        Assert.Equal(["3"], result.OutputLines);
    }

    [Fact]
    public async Task Json_is_a_line_for_each_job()
    {
        var result = await MapAsync("0\n3\n", "--json", "-k", "--", "sh", "-c", "echo out; echo err >&2; exit {}");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, result.OutputLines.Count);
        Assert.StartsWith("{\"number\":2,\"input\":\"3\",\"end\":\"failed\",\"exitCode\":3,\"resource\":\"lab-", result.OutputLines[1], StringComparison.Ordinal);
        Assert.EndsWith("\"output\":\"out\\n\",\"error\":\"err\\n\"}", result.OutputLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_limit_ends_a_job_and_says_so()
    {
        var result = await MapAsync("300\n0\n", "--timeout", "1s", "--", "sleep");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'300' took longer than 1 s and was ended", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_failure_the_rest_is_left_where_that_is_asked_for()
    {
        var result = await MapAsync("1\n300\n300\n300\n300\n300\n300\n", "--halt", "now", "--", "sh", "-c", "[ {} = 1 ] && exit 1; exec sleep {}");

        Assert.Equal(7, result.ExitCode);
        Assert.Contains("was not run to its end", result.Error, StringComparison.Ordinal);
        await NothingIsLeasedAsync();
    }

    [Fact]
    public async Task Leased_resources_are_used_and_kept()
    {
        (await _home.CrcacheAsync("acquire", "-s", "lab", "2")).Success();

        var result = (await RunAsync("a\nb\nc\nd\n", "map", "--on", "lab-0", "--on", "lab-1", "--", "sh", "-c", "echo $CRCACHE_RESOURCE; sleep 0.2")).Success();

        Assert.Equal(["lab-0", "lab-1"], result.OutputLines.Distinct().Order());
        (await _home.CrcacheAsync("release", "lab-0", "lab-1")).Success();
    }

    [Fact]
    public async Task No_input_is_nothing_to_do() => Assert.Empty((await MapAsync("", "--", "false")).Success().Output);

    [Fact]
    public async Task Nothing_free_is_said_with_the_holders_and_nothing_runs()
    {
        (await _home.CrcacheAsync("acquire", "-s", "lab", "3")).Success();

        var result = await MapAsync("a\n", "--", "touch", _home.Combine("ran"));

        Assert.Equal(75, result.ExitCode);
        Assert.Contains("error CRC0201", result.Error, StringComparison.Ordinal);
        Assert.Contains("\n  lab-0", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_home.Combine("ran")));
    }

    [Theory]
    [InlineData("map needs a command", "a\n")]
    [InlineData("'x' is not a whole number from 1 up", "a\n", "-j", "x", "--", "true")]
    [InlineData("'0' is not a whole number from 1 up", "a\n", "-j", "0", "--", "true")]
    [InlineData("'-1' is not a whole number from 0 up", "a\n", "--retries=-1", "--", "true")]
    [InlineData("'later' is none of never, soon, now", "a\n", "--halt", "later", "--", "true")]
    [InlineData("map cannot read its inputs from nowhere", "", "-a", "nowhere", "--", "true")]
    [InlineData("holds a zero byte", "a\0b\n", "--", "true")]
    [InlineData("cannot write /nowhere/log", "a\n", "--joblog", "/nowhere/log", "--", "true")]
    public async Task Wrong_usage_is_refused(string said, string input, params string[] arguments) =>
        (await MapAsync(input, arguments)).AssertRefused(2, "CRC0001", said);

    [Fact]
    public async Task Interrupted_it_ends_what_runs_and_gives_back_what_it_had()
    {
        using var running = _home.StartCrcache("map", "-s", "lab", "-a", WriteInputs(6), "--", "sh", "-c", $"touch {_home.Path}/begun{{}}; exec sleep 300");
        await Eventually.True(() => Directory.GetFiles(_home.Path, "begun*").Length == 6);

        running.Signal(2);

        Assert.Equal(130, (await running.WaitAsync()).ExitCode);
        await NothingIsLeasedAsync();
    }

    [Fact]
    public async Task Killed_what_it_had_is_taken_back_by_the_next_command()
    {
        using var running = _home.StartCrcache("map", "-s", "lab", "-a", WriteInputs(6), "--", "sh", "-c", $"echo $$ > {_home.Path}/begun{{}}; exec sleep 300");
        await Eventually.True(() => Directory.GetFiles(_home.Path, "begun*").Length == 6);

        running.Signal(9);
        await running.WaitAsync();

        (await _home.CrcacheAsync("acquire", "-s", "lab", "3", "--wait=30s")).Success();
        foreach (var file in Directory.GetFiles(_home.Path, "begun*"))
        {
            var process = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim();
            await Eventually.True(() => !Directory.Exists($"/proc/{process}"));
        }
    }

    private static string Lines(IEnumerable<string> inputs) => string.Concat(inputs.Select(i => $"{i}\n"));

    private string WriteInputs(int number)
    {
        var path = _home.Combine("inputs");
        File.WriteAllText(path, Lines(Enumerable.Range(0, number).Select(i => $"{i}")));
        return path;
    }

    private Task<ProcessResult> MapAsync(string input, params string[] arguments) => RunAsync(input, ["map", "-s", "lab", .. arguments]);

    private Task<ProcessResult> RunAsync(string input, params string[] arguments) =>
        ProcessRun.RunAsync([Crcache.Program, .. arguments], _home.Environment, _home.Project, Encoding.UTF8.GetBytes(input));

    private async Task NothingIsLeasedAsync() =>
        Assert.Contains("\"inUse\":0", (await _home.CrcacheAsync("--json", "status", "lab")).Success().Output, StringComparison.Ordinal);
}
