namespace CrCache.TestAdapter.Running;

public sealed class RunSettingsTests
{
    private static readonly int Other = Environment.ProcessorCount + 1;

    [Fact]
    public void Xunit_uses_as_many_threads_as_the_resource_takes() =>
        Assert.Equal(
            $"<RunSettings><RunConfiguration /><xUnit><MaxParallelThreads>{Other}</MaxParallelThreads></xUnit></RunSettings>",
            RunSettings.For("<RunSettings><RunConfiguration /></RunSettings>", Other, []));

    [Theory]
    [InlineData("<RunSettings><xUnit><MaxParallelThreads>3</MaxParallelThreads></xUnit></RunSettings>")]
    [InlineData("<RunSettings><xunit><maxparallelthreads>-1</maxparallelthreads></xunit></RunSettings>")]
    [InlineData("not xml")]
    [InlineData("")]
    public void What_the_user_set_or_nobody_can_read_stays(string settings) => Assert.Equal(settings, RunSettings.For(settings, Other, []));

    [Fact]
    public void What_xunit_does_anyway_is_not_written() =>
        Assert.Equal("<RunSettings />", RunSettings.For("<RunSettings />", Environment.ProcessorCount, []));

    [Theory]
    [InlineData("""<DataCollector friendlyName="CrCache" enabled="True"><Configuration><Source>s</Source></Configuration></DataCollector>""", "")]
    [InlineData("""<DataCollector uri="datacollector://crcache/TestAdapter/1.0" />""", "")]
    [InlineData(
        """<DataCollector friendlyName="crcache" /><DataCollector friendlyName="blame" />""",
        """<DataCollectionRunSettings><DataCollectors><DataCollector friendlyName="blame" /></DataCollectors></DataCollectionRunSettings>""")]
    public void A_host_does_not_report_single_tests_to_our_own_collector(string collectors, string left) =>
        Assert.Equal(
            $"<RunSettings><RunConfiguration />{left}</RunSettings>",
            RunSettings.For(
                "<RunSettings><RunConfiguration /><DataCollectionRunSettings><DataCollectors>"
                    + $"{collectors}</DataCollectors></DataCollectionRunSettings></RunSettings>",
                Environment.ProcessorCount,
                []));

    [Theory]
    [InlineData("<RunSettings />", "<RunSettings><NUnit><AssemblySelectLimit>2147483647</AssemblySelectLimit></NUnit></RunSettings>")]
    [InlineData(
        "<RunSettings><NUnit><Where>x</Where><assemblyselectlimit>5</assemblyselectlimit></NUnit></RunSettings>",
        "<RunSettings><NUnit><Where>x</Where><AssemblySelectLimit>2147483647</AssemblySelectLimit></NUnit></RunSettings>")]
    [InlineData("not xml", "not xml")]
    public void NUnit_is_to_take_as_many_names_as_there_are(string settings, string expected) => Assert.Equal(expected, RunSettings.ForSelection(settings));

    [Theory]
    [InlineData("<RunSettings><NUnit><ExplicitMode>Relaxed</ExplicitMode></NUnit></RunSettings>", true)]
    [InlineData("<RunSettings><NUnit><ExplicitMode>Strict</ExplicitMode></NUnit></RunSettings>", false)]
    [InlineData("<RunSettings />", false)]
    [InlineData("not xml", false)]
    public void The_user_says_whether_explicit_tests_mix(string settings, bool expected) => Assert.Equal(expected, RunSettings.MixesExplicitTests(settings));

    [Fact]
    public void Workers_of_MSTest_are_set_where_the_settings_ask_for_them() =>
        Assert.Equal(
            $"<RunSettings><MSTest><Parallelize><Scope>MethodLevel</Scope><Workers>{Other}</Workers></Parallelize></MSTest><xUnit><MaxParallelThreads>{Other}</MaxParallelThreads></xUnit></RunSettings>",
            RunSettings.For("<RunSettings><MSTest><Parallelize><Scope>MethodLevel</Scope></Parallelize></MSTest></RunSettings>", Other, []));

    [Theory]
    [InlineData("<RunSettings><MSTest><Parallelize><Workers>77</Workers></Parallelize></MSTest></RunSettings>")]
    [InlineData("<RunSettings><RunConfiguration><DisableParallelization>true</DisableParallelization></RunConfiguration><MSTest><Parallelize /></MSTest></RunSettings>")]
    public void Workers_of_MSTest_stay_as_the_user_set_them(string settings) =>
        Assert.DoesNotContain($"<Workers>{Other}</Workers>", RunSettings.For(settings, Other, []), StringComparison.Ordinal);

    [Fact]
    public void Other_collectors_stay()
    {
        const string settings =
            """<RunSettings><DataCollectionRunSettings><DataCollectors><DataCollector friendlyName="Other" /></DataCollectors></DataCollectionRunSettings></RunSettings>""";

        Assert.Equal(settings, RunSettings.For(settings, Environment.ProcessorCount, []));
    }

    [Theory]
    [InlineData("xunit.runner.json", """{ "maxParallelThreads": 2 }""", true)]
    [InlineData("Suite.xunit.runner.json", """{ "maxParallelThreads": "1.5x", /* a comment */ }""", true)]
    [InlineData("xunit.runner.json", """{ "parallelizeAssembly": true }""", false)]
    [InlineData("xunit.runner.json", """[ "maxParallelThreads" ]""", false)]
    [InlineData("xunit.runner.json", "{", false)]
    public void A_configuration_file_of_the_suite_is_the_users_word(string file, string text, bool stays)
    {
        using var directory = new TemporaryDirectory();
        directory.Write(file, text);

        Assert.Equal(stays, RunSettings.For("<RunSettings />", Other, [directory.Combine("Suite.dll")]) == "<RunSettings />");
    }
}
