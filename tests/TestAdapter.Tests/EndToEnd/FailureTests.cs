namespace CrCache.TestAdapter.EndToEnd;

[Collection(nameof(EndToEnd))]
public sealed class FailureTests(Suite suite)
{
    [Theory]
    [InlineData("places", "exit", "exit code 3")]
    [InlineData("places", "fail", "the sky falls")]
    [InlineData("one", "exit", "exit code 3")]
    [InlineData("away", "exit", "exit code 3")]
    [InlineData("away", "fail", "the sky falls")]
    public async Task A_crash_fails_the_run_and_names_the_tests_without_a_result(string source, string crash, string reason)
    {
        using var run = New();
        run.Environment["CRASH"] = crash;
        var result = await run.RunAsync($"-p:CrCacheSource={source}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("CRC0801", result.Output, StringComparison.Ordinal);
        Assert.Contains(reason, result.Output, StringComparison.Ordinal);
        Assert.Contains("Demo.Crasher.Crashes Failed", run.Outcomes);

        // Rows that cannot be told apart before they run are one test: it has one result here, three where it ran.
        Assert.InRange(run.Outcomes.Count, suite.Count - 2, suite.Count);
        Assert.Equal(run.Outcomes.Distinct(), run.Outcomes);
        Assert.Equal(0, await run.InUseAsync(source));
    }

    [Fact]
    public async Task With_nothing_free_there_is_one_clear_error_and_no_test_runs()
    {
        using var run = New();
        _ = await run.Engine.Leases.AcquireAsync(
            new AcquireRequest("places", 4) { Owner = LeaseOwner.ThisProcess, Note = "held by a test" }, CancellationToken.None);
        var result = await run.RunAsync();

        Assert.Equal(1, result.ExitCode);
        var line = Assert.Single((result.Output + result.Error).Split('\n'), l => l.Contains("CRC0201", StringComparison.Ordinal));
        Assert.Contains("places-0", line, StringComparison.Ordinal);
        Assert.Empty(run.Told);
    }

    [Theory]
    [InlineData("-p:CrCacheSource=nowhere", "CRC0103")]
    [InlineData("-p:CrCacheCount=many", "CRC0001")]
    public async Task A_wrong_setting_is_one_clear_error_and_no_test_runs(string option, string code)
    {
        using var run = New();
        var result = await run.RunAsync(option);

        Assert.Equal(1, result.ExitCode);
        _ = Assert.Single((result.Output + result.Error).Split('\n'), l => l.Contains(code, StringComparison.Ordinal));
        Assert.Empty(run.Told);
    }

    [Theory]
    [InlineData("places", "CrCache.TestAdapter.Host.dll")]
    [InlineData("places", "vstest.console.dll")]
    [InlineData("places", "datacollector.dll")]
    [InlineData("away", "CrCache.TestAdapter.Host.dll")]
    public async Task After_a_kill_everything_ends_and_the_next_command_finds_all_free(string source, string victim)
    {
        using var run = New();
        run.Environment["UNTIL"] = run.PathOf("never");
        using var test = run.Start($"-p:CrCacheSource={source}");
        await Eventually.True(() => run.Told.Any(t => t[0] == "Demo.Slow"));
        var hosts = Processes(run, "testhost.dll");
        Assert.NotEmpty(hosts);

        // On a source that is not this machine as it is there is also one of ours beside each test host; the first has started them.
        var found = Processes(run, victim);
        Assert.Equal(source == "away" ? 5 : 1, found.Count);
        Kill(found.Min());
        var isCollector = victim == "datacollector.dll";
        if (isCollector)
            await File.WriteAllTextAsync(run.PathOf("never"), "");
        var result = await test.WaitAsync();

        Assert.True(isCollector || result.ExitCode != 0, result.ToString());
        await Eventually.True(() => Processes(run, "testhost.dll").Count == 0);
        await Eventually.True(() => Processes(run, "datacollector.dll").Count == 0);
        Assert.Equal(0, await run.InUseAsync(source));
    }

    private static List<int> Processes(SuiteRun run, string name)
    {
        List<int> found = [];
        foreach (var directory in Directory.GetDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory), out var id))
                try
                {
                    var marker = $"WHERE={run.Environment["WHERE"]}\0";
                    if (File.ReadAllText($"{directory}/cmdline").Contains(name, StringComparison.Ordinal)
                        && File.ReadAllText($"{directory}/environ").Contains(marker, StringComparison.Ordinal)
                        && !(name == "testhost.dll" && File.ReadAllText($"{directory}/cmdline").Contains("CrCache.TestAdapter", StringComparison.Ordinal)))
                        found.Add(id);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It ended meanwhile, or is somebody else's.
                }

        return found;
    }

    private static void Kill(int id)
    {
        using var process = System.Diagnostics.Process.GetProcessById(id);
        process.Kill();
    }

    private SuiteRun New() => new(suite.Directory, suite.Packages);
}
