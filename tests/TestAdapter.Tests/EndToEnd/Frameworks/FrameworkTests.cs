namespace CrCache.TestAdapter.EndToEnd.Frameworks;

/// <summary>What holds for every framework.</summary>
public abstract class FrameworkTests(FrameworkProject project)
{
    /// <summary>The project.</summary>
    internal FrameworkProject Project => project;

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    public async Task A_spread_run_reports_what_a_plain_run_reports(string fail, int exitCode)
    {
        using var plain = project.New(fail);
        using var spread = project.New(fail);
        var expected = await plain.RunAsync("-p:CrCacheSource=");
        var actual = await spread.RunAsync("-p:CrCacheSource=places");

        Assert.Equal((exitCode, exitCode), (expected.ExitCode, actual.ExitCode));
        Assert.Equal(plain.Outcomes, spread.Outcomes);
        Assert.Contains("4 resources of 'places'", actual.Output, StringComparison.Ordinal);
        AssertTied(spread.Told);
    }

    [Fact]
    public async Task A_run_in_boxes_reports_what_a_plain_run_reports()
    {
        Assert.SkipWhen(Lab.Requirement.Namespaces.IsMissing(out var reason), reason);
        using var plain = project.New();
        using var spread = project.New();
        _ = (await plain.RunAsync("-p:CrCacheSource=")).Success();
        var actual = (await spread.RunAsync("-p:CrCacheSource=boxes")).Success();

        Assert.Equal(plain.Outcomes, spread.Outcomes);
        Assert.Contains("4 resources of 'boxes'", actual.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_resource_runs_an_exclusive_class_after_the_others()
    {
        using var plain = project.New();
        using var spread = project.New();
        _ = (await plain.RunAsync("-p:CrCacheSource=", "--filter", "FullyQualifiedName~Demo.Alone|FullyQualifiedName~Demo.Pinned")).Success();
        var actual = (await spread.RunAsync("-p:CrCacheSource=one", "--filter", "FullyQualifiedName~Demo.Alone|FullyQualifiedName~Demo.Pinned")).Success();

        Assert.Equal(plain.Outcomes, spread.Outcomes);
        Assert.Contains("3 classes  4 tests", actual.Output, StringComparison.Ordinal);
    }

    private static void AssertTied(IReadOnlyList<string[]> told)
    {
        Assert.All(told.GroupBy(t => t[0]), c => Assert.Single(c.Select(t => t[1]).Distinct()));
        Assert.Single(told.Where(t => t[0].StartsWith("Demo.Pinned", StringComparison.Ordinal)).Select(t => t[1]).Distinct());
    }
}
