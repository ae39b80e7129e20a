namespace CrCache.TestAdapter.EndToEnd.Frameworks;

[Collection(nameof(EndToEnd))]
public sealed class NUnitTests(NUnitProject project) : FrameworkTests(project), IClassFixture<NUnitProject>
{
    [Theory]
    [InlineData("FullyQualifiedName~Facts")]
    [InlineData("Name!=Speaks&FullyQualifiedName!~Many")]
    [InlineData("Name=Explicit|FullyQualifiedName~Never")]
    [InlineData("TestCategory!=x")]
    [InlineData("Name=Explicit|Name=Speaks|FullyQualifiedName~Pinned")]
    public async Task Explicit_tests_run_where_a_plain_run_runs_them(string filter)
    {
        using var plain = Project.New();
        using var spread = Project.New();
        var expected = await plain.RunAsync("-p:CrCacheSource=", "--filter", filter);
        var actual = await spread.RunAsync("-p:CrCacheSource=places", "--filter", filter);

        Assert.Equal(expected.ExitCode, actual.ExitCode);
        Assert.NotEmpty(plain.Outcomes);
        Assert.Equal(plain.Outcomes, spread.Outcomes);
    }

    [Fact]
    public async Task As_many_tests_run_at_once_as_the_resource_takes()
    {
        using var run = Project.New();
        run.Environment["WIDE"] = FrameworkProject.Wide.ToString(System.Globalization.CultureInfo.InvariantCulture);

        _ = (await run.RunAsync("-p:CrCacheSource=wide", "--filter", "FullyQualifiedName~AtOnce|FullyQualifiedName~Pinned")).Success();
    }
}
