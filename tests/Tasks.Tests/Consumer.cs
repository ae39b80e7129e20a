namespace CrCache.Tasks.Tests;

/// <summary>A user with a fresh home and a project outside the repository that takes the packed package from a local feed.</summary>
internal sealed class Consumer : IDisposable
{
    private readonly PackedTasks _tasks;

    public Consumer(PackedTasks tasks)
    {
        _tasks = tasks;
        Home.AddSource("builders", "type = local\nmaximum = 4\nconcurrency = 2", project: true);
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="local" value="{tasks.Feed}" />
              </packageSources>
            </configuration>
            """);
        // A server or node that outlives the build would keep the home's directory.
        Home.Environment["UseSharedCompilation"] = "false";
        Home.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        Home.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
    }

    public TestHome Home { get; } = new();

    /// <summary>The engine as the next command of this user would have it.</summary>
    public CrCacheEngine Engine =>
        CrCacheEngine.Open(new EngineOptions { Directory = Home.Project, SearchParents = true, Environment = Home.Environment });

    public int InUse => Assert.Single(Engine.Inventory.Sources(["builders"])).InUse;

    /// <summary>Writes a project that has the package, and the given XML.</summary>
    public string WriteProject(string name, string xml) => Write(name, $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="CrCache.MSBuild" Version="{_tasks.Version}" />
          </ItemGroup>
        {xml}
        </Project>
        """);

    public string Write(string relative, string text)
    {
        var path = Path.Combine(Home.Project, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public Task<ProcessResult> DotnetAsync(params string[] arguments) =>
        ProcessRun.RunAsync(["dotnet", .. arguments], Home.Environment, Home.Project);

    public ProcessRun Start(params string[] arguments) => ProcessRun.Start(["dotnet", .. arguments], Home.Environment, Home.Project);

    public void Dispose() => Home.Dispose();
}
