namespace CrCache.TestAdapter.EndToEnd.Frameworks;

[Collection(nameof(EndToEnd))]
public sealed class XunitV3Tests(XunitV3Project project) : FrameworkTests(project), IClassFixture<XunitV3Project>
{
    [Fact]
    public async Task Classes_of_a_collection_go_together_however_it_is_named()
    {
        using var run = Project.New();
        _ = (await run.RunAsync("-p:CrCacheSource=places", "--filter", "FullyQualifiedName~Sharing|FullyQualifiedName~Outer|FullyQualifiedName~Of")).Success();
        var sharing = run.Told.Where(t => t[0].StartsWith("Demo.Sharing", StringComparison.Ordinal)).ToList();

        Assert.Equal(3, sharing.Select(t => t[0]).Distinct().Count());
        Assert.Single(sharing.Select(t => t[1]).Distinct());
    }
}
