namespace CrCache.Cli.Tests;

/// <summary>What the original in Python did wrong: none of it comes back.</summary>
public sealed class OriginalDefectTests : IDisposable
{
    private readonly TestHome _home = new();

    public OriginalDefectTests()
    {
        _home.AddSource("lab", "type=local\nmaximum=2\nidle_time=1h\n");
        _home.AddSource("pool", "type=pool\nsources=lab\nidle_time=1h\n");
    }

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("lab")]
    [InlineData("pool")]
    public async Task A_cached_resource_at_its_maximum_is_acquired_again(string source)
    {
        Assert.Equal([$"{source}-0", $"{source}-1"], await _home.AcquireAsync(source, 2));
        (await _home.CrcacheAsync("release", $"{source}-0", $"{source}-1")).Success();
        Assert.Equal("2\n", (await _home.CrcacheAsync("status", "--query", "cached", source)).Success().Output);

        Assert.Equal([$"{source}-0", $"{source}-1"], await _home.AcquireAsync(source, 2));
    }

    [Fact]
    public async Task A_maximum_counts()
    {
        await _home.AcquireAsync("lab", 2);

        Assert.Equal(75, (await _home.CrcacheAsync("acquire", "-s", "lab")).ExitCode);
        (await _home.CrcacheAsync("acquire", "-s", "lab", "3")).AssertRefused(2, "CRC0205", "2");
        Assert.Equal("2\n", (await _home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
    }

    [Fact]
    public async Task An_exhausted_pool_is_exit_code_75_and_prints_nothing()
    {
        await _home.AcquireAsync("pool", 2);

        var result = await _home.CrcacheAsync("-s", "pool", "acquire");

        Assert.Equal((75, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("crcache: error CRC0201: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("\n  pool-0 ", result.Error, StringComparison.Ordinal);
        Assert.Contains("\n  pool-1 ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".lock")]
    [InlineData("state.lock")]
    [InlineData("state.db.lock")]
    public async Task A_lock_file_that_was_left_over_blocks_nothing(string name)
    {
        Directory.CreateDirectory(_home.StateDirectory);
        await File.WriteAllTextAsync(Path.Combine(_home.StateDirectory, name), "4711\n");
        File.SetUnixFileMode(Path.Combine(_home.StateDirectory, name), UnixFileMode.UserRead);

        Assert.Equal(["pool-0"], await _home.AcquireAsync("pool"));
        (await _home.CrcacheAsync("run", "pool-0", "true")).Success();
        (await _home.CrcacheAsync("release", "pool-0")).Success();
    }

    [Fact]
    public async Task A_lock_whose_holder_was_killed_blocks_nothing()
    {
        Assert.SkipWhen(Requirement.Program("flock", "util-linux").IsMissing(out var reason), reason);
        (await _home.CrcacheAsync("status")).Success();
        using (var holder = ProcessRun.Start(
            ["flock", Path.Combine(_home.StateDirectory, "state.lock"), "sh", "-c", "echo held; exec sleep 600"]))
        {
            await Eventually.True(() => holder.OutputSoFar == "held\n");
        }

        Assert.Equal(["pool-0"], await _home.AcquireAsync("pool"));
    }

    [Fact]
    public async Task A_resource_whose_discard_fails_is_not_forgotten()
    {
        _home.AddSource("one", "type=local\nmaximum=1\n");
        var hook = _home.AddHook("one", "discard.d", "10-fail", "exit 1");
        await _home.AcquireAsync("one");

        Assert.Equal(125, (await _home.CrcacheAsync("release", "one-0")).ExitCode);

        Assert.Contains("  one-0  dirty  ", (await _home.CrcacheAsync("status", "-v", "one")).Success().Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await _home.CrcacheAsync("acquire", "-s", "one")).ExitCode);
        File.Delete(hook);
        (await _home.CrcacheAsync("gc", "--apply")).Success();
        Assert.Equal(["one-0"], await _home.AcquireAsync("one"));
    }

    [Theory]
    [InlineData("acquire|-s|lab|2")]
    [InlineData("acquire|2|--source|lab")]
    [InlineData("-s|lab|acquire|2")]
    [InlineData("--source=lab|-q|acquire|2")]
    public async Task The_source_may_stand_before_or_after_the_command_word(string arguments) =>
        Assert.Equal("lab-0 lab-1\n", (await _home.CrcacheAsync(arguments.Split('|'))).Success().Output);

    [Fact]
    public async Task A_commands_options_are_the_commands_own()
    {
        await _home.AcquireAsync("lab");
        await File.WriteAllTextAsync(Path.Combine(_home.Project, ".hidden"), "");

        Assert.Contains(
            (await _home.CrcacheAsync("run", "lab-0", "ls", "-la")).Success().OutputLines,
            line => line.StartsWith('-') && line.EndsWith(" .hidden", StringComparison.Ordinal));
        Assert.Equal("-s --json -q --help\n", (await _home.CrcacheAsync("run", "lab-0", "echo", "-s", "--json", "-q", "--help")).Success().Output);
    }

    [Fact]
    public async Task Source_names_may_have_dashes()
    {
        _home.AddSource("my-lab-2", "type=local\n");
        _home.AddSource("my-pool", "type=pool\nsources=my-lab-2\n");

        Assert.Equal(["my-lab-2-0"], await _home.AcquireAsync("my-lab-2"));
        Assert.Equal(["my-pool-0"], await _home.AcquireAsync("my-pool"));
        (await _home.CrcacheAsync("run", "my-lab-2-0", "true")).Success();
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "file"), "data");
        (await _home.CrcacheAsync("cp", "file", $"my-lab-2-0:{_home.Combine("copy")}")).Success();
        (await _home.CrcacheAsync("release", "my-lab-2-0", "my-pool-0")).Success();
        Assert.Equal("0\n0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "my-lab-2", "my-pool")).Success().Output);
    }

    [Fact]
    public async Task What_is_in_use_can_be_queried()
    {
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "pool")).Success().Output);
        await _home.AcquireAsync("pool");

        Assert.Equal("1\n1\n", (await _home.CrcacheAsync("status", "--query", "in-use", "pool", "lab")).Success().Output);
    }

    [Fact]
    public async Task On_a_resource_nobody_acquired_nothing_is_run()
    {
        await _home.AcquireAsync("lab");
        (await _home.CrcacheAsync("release", "lab-0")).Success();

        (await _home.CrcacheAsync("run", "lab-0", "touch", "ran")).AssertRefused(2, "CRC0202", "nobody has acquired lab-0");
        (await _home.CrcacheAsync("run", "nothing-7", "touch", "ran")).AssertRefused(2, "CRC0202", "nothing-7");

        Assert.False(File.Exists(Path.Combine(_home.Project, "ran")));
    }

    [Fact]
    public async Task Of_several_one_is_unknown_and_none_is_released()
    {
        await _home.AcquireAsync("lab", 2);

        (await _home.CrcacheAsync("release", "lab-0", "lab0", "lab-1")).AssertRefused(2, "CRC0202", "did you mean lab-0?");

        Assert.Equal("2\n", (await _home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
    }
}
