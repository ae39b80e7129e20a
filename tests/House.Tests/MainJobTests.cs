using System.Text.RegularExpressions;

namespace CrCache.House.Tests;

/// <summary>What a newcomer does first: the README's main command, then the same to a test project of one's own.</summary>
[Collection(Packing)]
public sealed partial class MainJobTests : IDisposable
{
    /// <summary>Tests that pack this repository's projects, one at a time: they write to the same directories.</summary>
    public const string Packing = "packing";

    private const string Suite =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
            <PackageReference Include="xunit" Version="2.9.3" />
            <PackageReference Include="xunit.runner.visualstudio" Version="4.0.1" />
          </ItemGroup>
          README
        </Project>
        """;

    private readonly TestHome _home = new();

    [Fact]
    public async Task The_main_command_and_then_a_project_of_ones_own()
    {
        var tried = (await RunAsync(Repository.Root, "sh", "build/try.sh")).Success().Output;

        Assert.Contains("of 'places'", tried, StringComparison.Ordinal);
        Assert.Equal(["places-0", "places-1", "places-2", "places-3"], Places(tried));
        Assert.Matches(@"without CrCache \d+ s, with CrCache \d+ s\n$", tried);

        await WriteOwnSuite();
        var own = (await RunAsync(_home.Project, "dotnet", "test", "--nologo")).Success().Output;

        Assert.Contains("Passed:     4", own, StringComparison.Ordinal);
        Assert.True(Places(own).Count() > 1, own);
        Assert.Equal(Places(own).Count(), Directory.GetFiles(_home.Project, "ran-on-*").Length);
    }

    public void Dispose() => _home.Dispose();

    private async Task WriteOwnSuite()
    {
        var readme = SourceText.Read("README.md");
        string[] blocks = [.. XmlBlock().Matches(readme).Select(m => m.Groups[1].Value)];
        var additions = string.Concat(blocks.Where(b => b.Contains("CrCache.TestAdapter", StringComparison.Ordinal)));
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "Own.Tests.csproj"), Suite.Replace("README", additions, StringComparison.Ordinal));
        var places = Assert.Single(ShownFile.In("README.md"));
        _home.AddSource("places", places.Text, project: true);
        await File.WriteAllTextAsync(
            Path.Combine(_home.Project, "nuget.config"),
            Assert.Single(blocks, b => b.Contains("<packageSources>", StringComparison.Ordinal)).Replace("/path/to/crcache", Repository.Root, StringComparison.Ordinal));
        for (var i = 0; i < 4; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(_home.Project, $"Class{i}.cs"), $$"""
                public class Class{{i}}
                {
                    [Xunit.Fact]
                    public void Leaves_a_trace() => File.WriteAllText(
                        $"{{_home.Project}}/ran-on-{Environment.GetEnvironmentVariable("CRCACHE_RESOURCE")}",
                        Environment.GetEnvironmentVariable("CRCACHE_CONCURRENCY"));
                }
                """);
        }
    }

    private Task<ProcessResult> RunAsync(string directory, params string[] command)
    {
        // The third parties' packages of the sample need not be fetched twice; try.sh removes ours from there.
        _home.Environment["NUGET_PACKAGES"] = Repository.Path("artifacts", "try", "packages");
        _home.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return ProcessRun.RunAsync(command, _home.Environment, directory, timeout: TimeSpan.FromMinutes(6));
    }

    private static IEnumerable<string> Places(string output) => Place().Matches(output).Select(m => m.Groups[1].Value);

    [GeneratedRegex(@"^  (places-\d) ", RegexOptions.Multiline)]
    private static partial Regex Place();

    [GeneratedRegex(@"^ *```xml\n(.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex XmlBlock();
}
