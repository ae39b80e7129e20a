using System.Diagnostics;
using System.Globalization;
using System.Text;
using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>What spreading costs: <c>dotnet test</c> of 2,000 tests on one local resource, against plain <c>dotnet test</c>.</summary>
internal static class SpreadTests
{
    private const int Classes = 100;
    private const int TestsOfAClass = 20;
    private const int Pairs = 5;

    private const string Project =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Microsoft.NET.Test.Sdk" Version="17.14.1" />
            <PackageReference Include="xunit" Version="2.9.3" />
            <PackageReference Include="xunit.runner.visualstudio" Version="3.1.5" />
            <PackageReference Include="CrCache.TestAdapter" Version="VERSION" />
          </ItemGroup>
        </Project>
        """;

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        const string package = "CrCache.TestAdapter.";
        if (Directory.GetFiles(settings.Feed, package + "*.nupkg") is not [var file, ..])
        {
            await Console.Error.WriteLineAsync($"tests: not measured, '{settings.Feed}' has no package {package}VERSION.nupkg");
            yield break;
        }

        using var home = new TestHome();
        home.Environment["NUGET_PACKAGES"] = home.Combine("packages");
        home.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        Write(home, settings.Feed, Path.GetFileNameWithoutExtension(file)[package.Length..]);
        (await ProcessRun.RunAsync(["dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet"], home.Environment, home.Project)).Success();

        List<double> spread = [], plain = [];
        for (var i = 0; i <= Pairs; i++)
        {
            plain.Add(await TestAsync(home));
            spread.Add(await TestAsync(home, "-p:CrCacheSource=local"));
        }

        // The first pair warmed the caches.
        yield return new(
            $"`dotnet test`, 2,000 tests, 1 local resource", "plain `dotnet test`", spread[1..], plain[1..], "s", Target.AtMostRatio(1.1));
    }

    private static async Task<double> TestAsync(TestHome home, params string[] options)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await ProcessRun.RunAsync(
            ["dotnet", "test", "-c", "Release", "--no-build", "--nologo", .. options], home.Environment, home.Project);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return result.Success().Output.Contains(
            string.Create(CultureInfo.InvariantCulture, $"Passed:  {Classes * TestsOfAClass}"), StringComparison.Ordinal)
            ? elapsed
            : throw new InvalidOperationException($"not all tests were run\n{result}");
    }

    private static void Write(TestHome home, string feed, string version)
    {
        File.WriteAllText(Path.Combine(home.Project, "Suite.csproj"), Project.Replace("VERSION", version, StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(home.Project, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="here" value="{feed}" /></packageSources>
            </configuration>
            """);
        for (var c = 0; c < Classes; c++)
        {
            var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"public class Class{c}\n{{\n"));
            for (var t = 0; t < TestsOfAClass; t++)
                text.Append(CultureInfo.InvariantCulture, $"    [Xunit.Fact] public void Test{t}() => Xunit.Assert.Equal({t}, {c} + {t} - {c});\n");
            File.WriteAllText(Path.Combine(home.Project, $"Class{c}.cs"), text.Append("}\n").ToString());
        }
    }
}
