namespace CrCache.TestAdapter.EndToEnd;

[Collection(nameof(EndToEnd))]
public sealed class PlatformTests(Suite suite)
{
    [Theory]
    [InlineData("<TargetFrameworks>net10.0</TargetFrameworks>")]
    [InlineData("")]
    public async Task A_project_on_the_newer_platform_is_told_that_it_is_not_spread(string properties)
    {
        using var home = Project(properties, "places");
        var result = await ProcessRun.RunAsync(["dotnet", "test"], home.Environment, home.Project);

        Assert.Contains("warning CRC0802", result.Output, StringComparison.Ordinal);
        Assert.Contains("succeeded: 1", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Without_a_source_it_is_told_nothing()
    {
        using var home = Project("", "");
        var result = await ProcessRun.RunAsync(["dotnet", "test"], home.Environment, home.Project);

        Assert.DoesNotContain("CRC", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    private TestHome Project(string properties, string source)
    {
        var home = new TestHome();
        Suite.Write(home.Project, suite.Package, """<PackageReference Include="xunit.v3" Version="4.0.2" />""", $"""
            <OutputType>Exe</OutputType>
            <CrCacheSource>{source}</CrCacheSource>
            {properties}
            """, framework: "");
        File.WriteAllText(Path.Combine(home.Project, "Tests.cs"), "public class Tests { [Fact] public void Passes() { } }");
        File.WriteAllText(Path.Combine(home.Project, "global.json"), """{ "test": { "runner": "Microsoft.Testing.Platform" } }""");
        home.Environment["NUGET_PACKAGES"] = home.Combine("packages");
        home.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return home;
    }
}
