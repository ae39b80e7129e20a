namespace CrCache.TestAdapter.EndToEnd.Frameworks;

[Collection(nameof(EndToEnd))]
public sealed class MSTestTests(MSTestProject project) : FrameworkTests(project), IClassFixture<MSTestProject>
{
    [Fact]
    public async Task As_many_tests_run_at_once_as_the_resource_takes()
    {
        using var run = Project.New();
        run.Environment["WIDE"] = FrameworkProject.Wide.ToString(System.Globalization.CultureInfo.InvariantCulture);

        _ = (await run.RunAsync("-p:CrCacheSource=wide", "--filter", "FullyQualifiedName~AtOnce|FullyQualifiedName~Pinned")).Success();
    }
}
