namespace CrCache.Tasks.Tests;

/// <summary>What docs/msbuild.md shows: its XML makes one project, its commands run there and print what it says.</summary>
public sealed class DocumentTests(PackedTasks tasks) : IDisposable
{
    private const string Document = "docs/msbuild.md";

    private readonly Consumer _consumer = new(tasks);

    [Fact]
    public async Task Every_snippet_works_as_it_stands()
    {
        _consumer.Write(".crcache/sources/builders/source.conf", Assert.Single(Blocks(Document, "ini")) + "\n");
        _consumer.Write("app.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <ItemGroup />
            {string.Join('\n', Blocks(Document, "xml"))}
            </Project>
            """);

        foreach (var command in DocumentCommands.Read(Document))
        {
            var result = await ProcessRun.RunAsync(["sh", "-c", command.Text], _consumer.Home.Environment, _consumer.Home.Project);

            var shown = string.Join('\n', command.Output);
            Assert.True(
                result.ExitCode == (shown.Contains("error CRC", StringComparison.Ordinal) ? 1 : 0), $"{command}\n{result}");
            foreach (var line in command.Output.Where(l => l.Length > 0))
                Assert.True(result.Output.Contains(line, StringComparison.Ordinal), $"{command}: does not print '{line}'\n{result}");
        }

        Assert.Equal(0, _consumer.InUse);
        Assert.NotEmpty(Directory.GetDirectories(Path.Combine(_consumer.Home.Home, ".nuget/packages/crcache.msbuild"), tasks.Version));
    }

    [Fact]
    public async Task The_readme_s_target_works_as_it_stands()
    {
        _consumer.Home.AddSource("places", "type = local\nmaximum = 2", project: true);
        _consumer.Write("check.sh", "echo checked on $CRCACHE_RESOURCE; rm -r /tmp/$CRCACHE_RESOURCE\n");
        _consumer.WriteProject("app.csproj", Assert.Single(Blocks("README.md", "xml"), b => b.Contains("<AcquireResource", StringComparison.Ordinal)));

        var result = (await _consumer.DotnetAsync("build", "-t:CheckElsewhere")).Success();

        Assert.Contains("places-0: checked on places-0", result.Output, StringComparison.Ordinal);
        Assert.Contains("places-1: checked on places-1", result.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _consumer.Dispose();

    private static IEnumerable<string> Blocks(string document, string language)
    {
        var lines = File.ReadAllLines(Repository.Path(document));
        for (var i = 0; i < lines.Length; i++)
            if (lines[i] == $"```{language}")
                yield return string.Join('\n', lines[(i + 1)..Array.IndexOf(lines, "```", i + 1)]);
    }
}
