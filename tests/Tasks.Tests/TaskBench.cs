using CrCache.MSBuild;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace CrCache.Tasks.Tests;

/// <summary>A home, a project and a build log, to run tasks in this process.</summary>
internal sealed class TaskBench : IDisposable
{
    public TaskBench() => Home.AddSource("builders", "type = local\nmaximum = 2\nconcurrency = 3", project: true);

    public TestHome Home { get; } = new();

    public BuildLog Log { get; } = new();

    /// <summary>An engine as the next command would have it.</summary>
    public CrCacheEngine Engine =>
        CrCacheEngine.Open(new EngineOptions { Directory = Home.Project, SearchParents = true, Environment = Home.Environment });

    public AcquireResource Acquire(string source = "builders") => new()
    {
        BuildEngine = Log,
        EngineEnvironment = Home.Environment,
        ProjectDirectory = Home.Project,
        Source = source,
    };

    public RunOnResource Run(ITaskItem[] resources) => new()
    {
        BuildEngine = Log,
        EngineEnvironment = Home.Environment,
        ProjectDirectory = Home.Project,
        Resources = resources,
    };

    public CopyToResource CopyTo(ITaskItem[] resources) => new()
    {
        BuildEngine = Log,
        EngineEnvironment = Home.Environment,
        ProjectDirectory = Home.Project,
        Resources = resources,
    };

    public CopyFromResource CopyFrom(ITaskItem[] resources) => new()
    {
        BuildEngine = Log,
        EngineEnvironment = Home.Environment,
        ProjectDirectory = Home.Project,
        Resources = resources,
    };

    public ReleaseResource Release(params ITaskItem[] resources) => new()
    {
        BuildEngine = Log,
        EngineEnvironment = Home.Environment,
        ProjectDirectory = Home.Project,
        Resources = resources,
    };

    /// <summary>Leases resources; the test fails where that does.</summary>
    public ITaskItem[] Acquired(int count = 1)
    {
        var task = Acquire();
        task.Count = count;
        Assert.True(task.Execute(), string.Join('\n', Log.Errors.Select(e => e.Message)));
        return task.Resources;
    }

    public int InUse(string source = "builders") => Assert.Single(Engine.Inventory.Sources([source])).InUse;

    public static ITaskItem[] Items(params string[] names) => [.. names.Select(n => new TaskItem(n))];

    public void Dispose()
    {
        Log.Dispose();
        Home.Dispose();
    }
}
