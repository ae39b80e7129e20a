namespace CrCache.TestAdapter.EndToEnd.Frameworks;

/// <summary>A generated project of some framework, outside the repository, that uses the packed package; built once.</summary>
public abstract class FrameworkProject(Suite suite) : IAsyncLifetime
{
    private readonly TestHome _home = new();

    /// <summary>How many tests the source <c>wide</c> has run at once: more than anything does by itself here.</summary>
    public static int Wide { get; } = Environment.ProcessorCount + 1;

    internal abstract string References { get; }

    internal abstract string Properties { get; }

    internal abstract string Tests { get; }

    public async ValueTask InitializeAsync()
    {
        Suite.Write(_home.Project, suite.Package, References, Properties, isXunit: References.Contains("xunit", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "Tests.cs"), Tests);
        _ = _home.AddSource("places", "type=local\nmaximum=4\nconcurrency=1\n", project: true);
        _ = _home.AddSource("boxes", "type=box\nmaximum=4\nconcurrency=1\nshare=tmp\n", project: true);
        _ = _home.AddSource("wide", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"type=local\nmaximum=2\nconcurrency={Wide}\n"), project: true);
        _ = _home.AddSource("one", "type=local\nmaximum=1\nconcurrency=2\n", project: true);
        _home.Environment["NUGET_PACKAGES"] = _home.Combine("packages");
        (await ProcessRun.RunAsync(["dotnet", "build", "--nologo", "-v", "q"], _home.Environment, _home.Project)).Success();
    }

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal SuiteRun New(string fail = "0")
    {
        SuiteRun run = new(_home.Project, _home.Combine("packages"));
        run.Environment["FAIL"] = fail;
        return run;
    }
}
