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
    public async Task A_crash_fails_its_own_test_and_no_other(string source, string crash, string reason)
    {
        using var run = New();
        run.Environment["CRASH"] = crash;
        var result = await run.RunAsync($"-p:CrCacheSource={source}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("CRC0801", result.Output, StringComparison.Ordinal);
        Assert.Contains(reason, result.Output, StringComparison.Ordinal);
        Assert.Contains("Demo.Crasher.Crashes Failed", run.Outcomes);

        // Nobody else's test is lost with it.
        Assert.Contains("Demo.Crasher.Before Passed", run.Outcomes);
        Assert.Equal(["Demo.Crasher.Crashes Failed"], run.Outcomes.Where(o => o.EndsWith("Failed", StringComparison.Ordinal)));
        Assert.Equal(suite.Count, run.Outcomes.Count);
        Assert.Equal(run.Outcomes.Distinct(), run.Outcomes);
        Assert.Equal(0, await run.InUseAsync(source));
    }

    [Fact]
    public async Task With_nothing_free_there_is_one_clear_error_and_no_test_runs()
    {
        using var run = New();
        _ = await run.Engine.Leases.AcquireAsync(
            new AcquireRequest("places", 4) { Owner = LeaseOwner.ThisProcess, Note = "held by a test" }, CancellationToken.None);
        var result = await run.RunAsync("-p:CrCacheWait=0s");

        Assert.Equal(1, result.ExitCode);
        var line = Assert.Single((result.Output + result.Error).Split('\n'), l => l.Contains("CRC0201", StringComparison.Ordinal));
        Assert.Contains("places-0", line, StringComparison.Ordinal);
        Assert.Empty(run.Told);
    }

    [Fact]
    public async Task With_nothing_free_the_tests_run_here_where_that_is_asked_for()
    {
        using var run = New();
        _ = await run.Engine.Leases.AcquireAsync(new AcquireRequest("places", 4) { Owner = LeaseOwner.ThisProcess }, CancellationToken.None);
        var result = await run.RunAsync("-p:CrCacheWait=0s", "-p:CrCacheFallback=local");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("CRC0201", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Equal(suite.Count, run.Outcomes.Count);
        Assert.All(run.Told, t => Assert.Equal("", t[1]));
    }

    [Fact]
    public async Task What_is_held_by_others_is_waited_for()
    {
        using var run = New();
        var held = await run.Engine.Leases.AcquireAsync(new AcquireRequest("places", 4) { Owner = LeaseOwner.ThisProcess }, CancellationToken.None);
        using var test = run.Start();
        await Eventually.True(() => run.Engine.Inventory.Waiting().Count == 1);

        _ = await run.Engine.Leases.ReleaseAsync([.. held.Select(l => l.Reference)], force: false, CancellationToken.None);

        Assert.Equal(0, (await test.WaitAsync()).ExitCode);
        Assert.Equal(suite.Count, run.Outcomes.Count);
    }

    [Theory]
    [InlineData("places")]
    [InlineData("away")]
    public async Task Tests_of_a_resource_that_is_taken_away_run_elsewhere(string source)
    {
        using var run = New();
        run.Environment["UNTIL"] = run.PathOf("go");
        using var test = run.Start($"-p:CrCacheSource={source}");
        await Eventually.True(() => run.Told.Any(t => t[0] == "Demo.Slow"));
        var place = run.Told.First(t => t[0] == "Demo.Slow")[1];

        _ = await run.Engine.Leases.StealAsync([new(place, null)], new LeaseTerms(), CancellationToken.None);

        // On this machine as it is a test host is outside the fence: whoever stole the place ends it, as a reboot would.
        var there = Processes(run, "testhost.dll").Where(p => File.ReadAllText($"/proc/{p}/environ").Contains($"CRCACHE_RESOURCE={place}\0", StringComparison.Ordinal)).ToList();
        if (source == "places")
            there.ForEach(Kill);
        await Eventually.True(() => run.Told.Any(t => t[0] == "Demo.Slow" && t[1] != place));
        await File.WriteAllTextAsync(run.PathOf("go"), "");
        var result = await test.WaitAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains($"{place} was lost in the middle of the run", result.Output, StringComparison.Ordinal);
        Assert.Equal(suite.Count, run.Outcomes.Count);
        Assert.DoesNotContain(run.Outcomes, o => o.EndsWith("Failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_fails_is_tried_again_where_that_is_asked_for_and_said_to_be_flaky()
    {
        using var run = New();
        run.Environment["FLAKY"] = run.PathOf("flaky");
        var result = await run.RunAsync("-p:CrCacheRetries=2", "-p:CrCacheRetryOn=other");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("CRC0803: flaky: Demo.Flaky.Passes_the_third_time passed on places-", result.Output, StringComparison.Ordinal);
        Assert.Contains("flaky: it failed 2 times before", run.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("Demo.Flaky.Passes_the_third_time Passed", run.Outcomes);
        Assert.Equal(suite.Count, run.Outcomes.Count);
    }

    [Fact]
    public async Task What_fails_as_often_as_it_is_tried_fails_once()
    {
        using var run = New();
        run.Environment["FAIL"] = "1";
        var result = await run.RunAsync("-p:CrCacheRetries=1");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["Demo.Facts.May_fail Failed"], run.Outcomes.Where(o => o.EndsWith("Failed", StringComparison.Ordinal)));
        Assert.Equal(suite.Count, run.Outcomes.Count);
    }

    [Theory]
    [InlineData("-p:CrCacheSource=nowhere", "CRC0103")]
    [InlineData("-p:CrCacheRetries=many", "CRC0001")]
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
