using System.Text.Json;

namespace CrCache.Cli.Tests;

public sealed class AcquireTests : IDisposable
{
    private readonly TestHome _home = new();

    public AcquireTests() => _home.AddSource("lab", "type=local\nmaximum=12\nconcurrency=3\n");

    [Fact]
    public async Task The_source_may_stand_in_the_environment()
    {
        _home.Environment["CRCACHE_SOURCE"] = "lab";

        Assert.Equal("lab-0\n", (await _home.CrcacheAsync("acquire")).Success().Output);
    }

    [Fact]
    public async Task In_a_hook_the_environments_source_is_what_the_hook_is_run_for()
    {
        _home.AddHook("lab", "provision.d", "10-more", "\"$CRCACHE\" acquire > " + _home.Combine("hook"));

        (await _home.CrcacheAsync("acquire", "-s", "lab")).Success();

        Assert.Equal("local-0\n", await File.ReadAllTextAsync(_home.Combine("hook")));
    }

    [Theory]
    [InlineData("acquire|-s|lab|2..3", "lab-0 lab-1 lab-2")]
    [InlineData("acquire|-s|lab|2..99", "lab-0 lab-1 lab-2 lab-3 lab-4 lab-5 lab-6 lab-7 lab-8 lab-9 lab-10 lab-11")]
    [InlineData("acquire|-s|web|-s|lab|2", "lab-0 lab-1 web-0 web-1")]
    [InlineData("-s|web:1..2|acquire|-s|lab:3", "lab-0 lab-1 lab-2 web-0 web-1")]
    [InlineData("acquire|--wait|-s|lab|1", "lab-0")]
    [InlineData("acquire|--wait|2|-s|lab", "lab-0 lab-1")]
    [InlineData("acquire|--wait|5s|2|-s|lab", "lab-0 lab-1")]
    [InlineData("acquire|--wait=5s|--priority|-7|-s|lab", "lab-0")]
    public async Task Several_may_be_asked_for_in_several_ways(string arguments, string names)
    {
        _home.AddSource("web", "type=local\nmaximum=2\n");

        Assert.Equal(names + "\n", (await _home.CrcacheAsync(arguments.Split('|'))).Success().Output);
    }

    [Fact]
    public async Task Who_waits_is_served_and_who_is_killed_waiting_is_forgotten()
    {
        _home.AddSource("one", "type=local\nmaximum=1\n");
        Assert.Equal(["one-0"], await _home.AcquireAsync("one"));
        using var killed = _home.StartCrcache("acquire", "-s", "one", "--wait", "--priority", "9");
        using var waiting = _home.StartCrcache("acquire", "-s", "one", "--wait=60s");
        await InLineAsync(2);
        killed.Kill();
        await killed.WaitAsync();

        (await _home.CrcacheAsync("release", "one-0")).Success();

        Assert.Equal("one-0\n", (await waiting.WaitAsync()).Success().Output);
        await InLineAsync(0);
    }

    [Fact]
    public async Task Names_are_sorted_by_number() =>
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"lab-{i}"), await _home.AcquireAsync("lab", 12));

    [Fact]
    public async Task Json_describes_each_lease()
    {
        using var leases = JsonDocument.Parse((await _home.CrcacheAsync("--json", "acquire", "-s", "lab", "--ttl", "2h")).Success().Output);

        var lease = Assert.Single(leases.RootElement.EnumerateArray());
        Assert.Equal("lab-0", lease.GetProperty("name").GetString());
        Assert.Equal("lab", lease.GetProperty("source").GetString());
        Assert.Equal(3, lease.GetProperty("concurrency").GetInt32());
        var epoch = lease.GetProperty("epoch").GetInt64();
        Assert.Equal($"lab-0@{epoch}", lease.GetProperty("reference").GetString());
        var left = lease.GetProperty("expires").GetDateTimeOffset() - DateTimeOffset.UtcNow;
        Assert.InRange(left, TimeSpan.FromMinutes(110), TimeSpan.FromMinutes(121));
    }

    [Fact]
    public async Task An_exhausted_source_is_exit_code_75_with_a_line_for_each_holder()
    {
        (await _home.CrcacheAsync("acquire", "--note", "nightly build")).Success();

        var result = await _home.CrcacheAsync("acquire");

        Assert.Equal(75, result.ExitCode);
        Assert.Empty(result.Output);
        var lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("crcache: error CRC0201: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  local-0 ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("nightly build", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exhausted_source_names_the_holders_in_json()
    {
        (await _home.CrcacheAsync("acquire", "--note", "mine")).Success();

        var result = await _home.CrcacheAsync("acquire", "--json");

        using var error = JsonDocument.Parse(result.Error);
        Assert.Equal(75, error.RootElement.GetProperty("exitCode").GetInt32());
        var holder = Assert.Single(error.RootElement.GetProperty("holders").EnumerateArray());
        Assert.Equal("local-0", holder.GetProperty("resource").GetString());
        Assert.Equal("mine", holder.GetProperty("note").GetString());
    }

    [Fact]
    public async Task More_than_the_maximum_is_a_usage_error() =>
        (await _home.CrcacheAsync("acquire", "-s", "lab", "13")).AssertRefused(2, "CRC0205", "12");

    [Theory]
    [InlineData("lba", "did you mean lab?")]
    public async Task An_unknown_source_is_a_configuration_error(string name, string text)
    {
        var result = await _home.CrcacheAsync("acquire", "-s", name);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_configuration_error_starts_with_file_and_line()
    {
        var directory = _home.AddSource("odd", "[DEFAULT]\ntype=local\nmaximun=3\n");

        var result = await _home.CrcacheAsync("acquire", "-s", "odd");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"{Path.Combine(directory, "source.conf")}:3: error CRC0102: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("did you mean maximum?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Here_stands_for_the_current_directory()
    {
        _home.AddSource("project-lab", "type=local\n", project: true);

        var elsewhere = await ProcessRun.RunAsync([Crcache.Program, "acquire", "-s", "project-lab"], _home.Environment, _home.Home);
        var here = await ProcessRun.RunAsync([Crcache.Program, "-d", _home.Project, "acquire", "-s", "project-lab"], _home.Environment, _home.Home);

        Assert.Equal(2, elsewhere.ExitCode);
        Assert.Equal("project-lab-0\n", here.Success().Output);
    }

    [Fact]
    public async Task A_lease_tied_to_a_process_ends_with_it()
    {
        using (var owner = ProcessRun.Start(["/bin/sleep", "600"]))
        {
            (await _home.CrcacheAsync("acquire", "--while-pid", $"{owner.Id}")).Success();
            Assert.Equal(75, (await _home.CrcacheAsync("acquire")).ExitCode);
            owner.Kill();
            await owner.WaitAsync();
        }

        (await _home.CrcacheAsync("acquire")).Success();
    }

    [Fact]
    public async Task Names_that_nobody_reads_are_given_back()
    {
        var result = await _home.ShellAsync("crcache acquire > /dev/full");

        Assert.Equal(125, result.ExitCode);
        Assert.Contains("error CRC0002: cannot write to standard output", result.Error, StringComparison.Ordinal);
        (await _home.CrcacheAsync("acquire")).Success();
    }

    [Fact]
    public async Task Names_that_are_read_by_nobody_are_given_back()
    {
        var result = await _home.ShellAsync("{ crcache acquire; echo $? >&2; } | true");

        Assert.EndsWith("\n125\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("error CRC0002: nobody reads standard output any more: the resources were given back", result.Error, StringComparison.Ordinal);
        (await _home.CrcacheAsync("acquire")).Success();
    }

    [Fact]
    public async Task A_signal_while_a_resource_is_made_undoes_it()
    {
        _home.AddHook("lab", "provision.d", "10-wait", $"echo started > {_home.Combine("hook")}; sleep 600");
        using var acquire = _home.StartCrcache("acquire", "-s", "lab");
        await Eventually.True(() => File.Exists(_home.Combine("hook")));

        acquire.Signal(2);

        Assert.Equal(130, (await acquire.WaitAsync()).ExitCode);
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
    }

    public void Dispose() => _home.Dispose();

    private Task InLineAsync(int waiting) => Eventually.TrueAsync(
        async () => (await _home.CrcacheAsync("status", "-v", "one")).Success().Output.Split("waiting").Length - 1 == waiting, what: $"{waiting} in line");
}
