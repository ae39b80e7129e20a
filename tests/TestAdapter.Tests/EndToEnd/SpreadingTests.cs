namespace CrCache.TestAdapter.EndToEnd;

[Collection(nameof(EndToEnd))]
public sealed class SpreadingTests(Suite suite)
{
    [Theory]
    [InlineData("places", "0", 0)]
    [InlineData("places", "1", 1)]
    [InlineData("away", "0", 0)]
    [InlineData("away", "1", 1)]
    public async Task A_spread_run_reports_what_a_plain_run_reports(string source, string fail, int exitCode)
    {
        using var plain = New();
        using var spread = New();
        plain.Environment["FAIL"] = spread.Environment["FAIL"] = fail;
        var expected = await plain.RunAsync("-p:Plain=yes");
        var actual = await spread.RunAsync($"-p:CrCacheSource={source}");

        Assert.Equal((exitCode, exitCode), (expected.ExitCode, actual.ExitCode));
        Assert.Equal(suite.Count, plain.Outcomes.Count);
        Assert.Equal(plain.Outcomes, spread.Outcomes);
        Assert.Equal(LastLine(expected), LastLine(actual));
        Assert.Contains($"4 resources of '{source}'", actual.Output, StringComparison.Ordinal);
        Assert.Equal(0, await spread.InUseAsync(source));
    }

    [Fact]
    public async Task A_source_may_have_something_bound()
    {
        using var run = New();
        _ = (await run.RunAsync("--filter", "FullyQualifiedName=Demo.Facts.One", "-p:CrCacheSource=bound{a=x%2Cb=y/z}")).Success();

        Assert.All(run.Engine.Inventory.Resources("bound"), r => Assert.Equal("{a=x,b=y/z}", r.Binding));
        Assert.Equal(2, run.Engine.Inventory.Resources("bound").Count);
    }

    [Theory]
    [InlineData("FullyQualifiedName~Sharing|DisplayName~Odd")]
    [InlineData("FullyQualifiedName=Demo.Facts.One")]
    public async Task A_filter_selects_what_it_selects_in_a_plain_run(string filter)
    {
        using var plain = New();
        using var spread = New();
        _ = (await plain.RunAsync("-p:Plain=yes", "--filter", filter)).Success();
        _ = (await spread.RunAsync("--filter", filter)).Success();

        Assert.NotEmpty(plain.Outcomes);
        Assert.Equal(plain.Outcomes, spread.Outcomes);
    }

    [Fact]
    public async Task A_filter_that_selects_nothing_ends_as_in_a_plain_run()
    {
        using var plain = New();
        using var spread = New();
        var expected = await plain.RunAsync("-p:Plain=yes", "--filter", "FullyQualifiedName~NoSuchTest");
        var actual = await spread.RunAsync("--filter", "FullyQualifiedName~NoSuchTest");

        Assert.Equal(expected.ExitCode, actual.ExitCode);
        Assert.Contains("No test matches the given testcase filter", expected.Output, StringComparison.Ordinal);
        Assert.Equal(Lines(expected), Lines(actual));
    }

    [Fact]
    public async Task Classes_stay_whole_collections_stay_together_and_each_knows_its_resource()
    {
        using var run = New();
        _ = (await run.RunAsync()).Success();
        var told = run.Told;

        Assert.All(told.GroupBy(t => t[0]), c => Assert.Single(c));
        Assert.Single(told.Where(t => t[0].StartsWith("Demo.Sharing", StringComparison.Ordinal)).Select(t => t[1]).Distinct());
        Assert.Equal(["places-0", "places-1", "places-2", "places-3"], told.Select(t => t[1]).Distinct().Order());
        Assert.All(told, t => Assert.Equal(("1", ""), (t[2], t[3])));
    }

    [Fact]
    public async Task What_tests_write_is_passed_on_as_in_a_plain_run()
    {
        using var run = New();
        _ = (await run.RunAsync()).Success();

        Assert.Contains("spoken by a test", run.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("muttered by a test", run.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("CrCache:", run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_count_bounds_the_resources()
    {
        using var run = New();
        var result = (await run.RunAsync("-p:CrCacheCount=2")).Success();

        Assert.Contains("2 resources of 'places'", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    public async Task One_resource_reports_what_a_plain_run_reports(string fail, int exitCode)
    {
        using var plain = New();
        using var one = New();
        plain.Environment["FAIL"] = one.Environment["FAIL"] = fail;
        var expected = await plain.RunAsync("-p:Plain=yes");
        var actual = await one.RunAsync("-p:CrCacheSource=one");

        Assert.Equal((exitCode, exitCode), (expected.ExitCode, actual.ExitCode));
        Assert.Equal(plain.Outcomes, one.Outcomes);
        Assert.Equal(LastLine(expected), LastLine(actual));
        Assert.Contains($"CrCache: {suite.Count} tests on 1 resource of 'one'", actual.Output, StringComparison.Ordinal);
        Assert.Contains($"one-0  all classes  {suite.Count} tests", actual.Output, StringComparison.Ordinal);
        Assert.Equal(plain.Told.Select(t => t[0]).Order(), one.Told.Select(t => t[0]).Order());
        Assert.All(one.Told, t => Assert.Equal(("one-0", "3", ""), (t[1], t[2], t[3])));
        Assert.Equal(0, await one.InUseAsync("one"));
    }

    [Fact]
    public async Task One_resource_runs_everything()
    {
        using var run = New();
        var result = (await run.RunAsync("-p:CrCacheSource=one")).Success();

        Assert.Equal(suite.Count, run.Outcomes.Count);
        Assert.Contains("1 resource of 'one'", result.Output, StringComparison.Ordinal);
        Assert.All(run.Told, t => Assert.Equal(("one-0", "3"), (t[1], t[2])));
    }

    [Fact]
    public async Task Listing_tests_leases_nothing()
    {
        using var plain = New();
        using var spread = New();
        var expected = (await plain.RunAsync("-p:Plain=yes", "--list-tests")).Success();
        var actual = (await spread.RunAsync("--list-tests")).Success();

        Assert.Equal(expected.Output, actual.Output);
        Assert.False(spread.HasStore);
    }

    [Fact]
    public async Task Without_a_source_the_package_does_nothing()
    {
        using var run = New();
        var result = (await run.RunAsync("-p:Plain=yes", "-p:CrCacheSource=")).Success();

        Assert.DoesNotContain("CrCache", result.Output, StringComparison.Ordinal);
        Assert.All(run.Told, t => Assert.Equal("", t[1]));
        Assert.False(run.HasStore);
    }

    [Fact]
    public async Task The_terminal_logger_shows_the_summary()
    {
        using var run = New();
        var result = (await run.RunAsync("-tl:on")).Success();

        Assert.Contains("4 resources of 'places'", result.Output, StringComparison.Ordinal);
        Assert.Contains("places-3", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("places")]
    [InlineData("away")]
    public async Task A_data_collector_that_hears_of_every_test_hears_of_all(string source)
    {
        using var run = New();
        var result = (await run.RunAsync("--blame", $"-p:CrCacheSource={source}")).Success();

        Assert.Equal(suite.Count, run.Outcomes.Count);
        Assert.Contains($"4 resources of '{source}'", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settings_file_alone_is_enough()
    {
        using var run = New();
        var tools = Path.Combine(suite.Packages, "crcache.testadapter", suite.Package.Version, "tools", "net10.0");
        var settings = run.PathOf("crcache.runsettings");
        await File.WriteAllTextAsync(settings, $"""
            <RunSettings>
              <RunConfiguration>
                <DotNetHostPath>{tools}/crcache-testhost</DotNetHostPath>
                <CaptureStandardOutput>false</CaptureStandardOutput>
                <TestAdaptersPaths>{tools}</TestAdaptersPaths>
              </RunConfiguration>
              <DataCollectionRunSettings>
                <DataCollectors>
                  <DataCollector friendlyName="CrCache">
                    <Configuration><Source>places</Source><Count>3</Count></Configuration>
                  </DataCollector>
                </DataCollectors>
              </DataCollectionRunSettings>
            </RunSettings>
            """);
        var result = (await run.RunAsync("-p:Plain=yes", "--settings", settings)).Success();

        Assert.Equal(suite.Count, run.Outcomes.Count);
        Assert.Contains("3 resources of 'places'", result.Output, StringComparison.Ordinal);
        Assert.Contains("Demo.Theories", await File.ReadAllTextAsync(Assert.Single(run.Engine.Reports.Paths)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_runs_at_once_share_what_there_is()
    {
        using var run = New();
        run.Environment["UNTIL"] = run.PathOf("go");
        using var first = run.Start("-p:CrCacheCount=2");
        await Eventually.True(() => run.HasStore && run.Engine.Inventory.Sources(["places"])[0].InUse == 2);
        using var second = run.Start();
        await Eventually.True(() => run.Engine.Inventory.Sources(["places"])[0].InUse == 4);
        await File.WriteAllTextAsync(run.PathOf("go"), "");

        Assert.Contains("2 resources of 'places'", (await first.WaitAsync()).Success().Output, StringComparison.Ordinal);
        Assert.Contains("2 resources of 'places'", (await second.WaitAsync()).Success().Output, StringComparison.Ordinal);
        Assert.Equal(0, await run.InUseAsync());
    }

    private static IEnumerable<string> Lines(ProcessResult result) =>
        result.OutputLines.Where(l => !l.StartsWith("Results File:", StringComparison.Ordinal));

    // Behind it a spread run has its attachment.
    private static string LastLine(ProcessResult result) => System.Text.RegularExpressions.Regex.Replace(
        result.OutputLines.Last(l => l.StartsWith("Passed!", StringComparison.Ordinal) || l.StartsWith("Failed!", StringComparison.Ordinal)), "Duration: .* - ", "");

    private SuiteRun New() => new(suite.Directory, suite.Packages);
}
