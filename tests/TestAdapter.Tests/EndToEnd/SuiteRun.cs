using System.Xml.Linq;

namespace CrCache.TestAdapter.EndToEnd;

/// <summary>One <c>dotnet test</c> of a built project, in a home of its own.</summary>
internal sealed class SuiteRun(string project, string packages) : IDisposable
{
    private readonly TestHome _home = Home(packages);

    /// <summary>The variables it runs with; add to them.</summary>
    public Dictionary<string, string> Environment => _home.Environment;

    /// <summary>What its leases are kept by.</summary>
    public CrCacheEngine Engine => CrCacheEngine.Open(new EngineOptions { Directory = project, SearchParents = true, Environment = Environment });

    /// <summary>Whether anything was ever leased.</summary>
    public bool HasStore => Directory.Exists(_home.StateDirectory);

    /// <summary>The result files' directory.</summary>
    private string Results => _home.Combine("results");

    /// <summary>Where classes ran, as they said themselves: class, resource, concurrency, and the names of variables they should not see.</summary>
    public IReadOnlyList<string[]> Told =>
        [.. Directory.GetFiles(_home.Path, "where.*").SelectMany(File.ReadAllLines).Distinct().Select(l => l.Split('\t'))];

    /// <summary>The outcomes: each result's name and outcome, sorted. Throws where there is not exactly one result file.</summary>
    public IReadOnlyList<string> Outcomes =>
        [.. Trx().Descendants().Where(e => e.Name.LocalName == "UnitTestResult")
            .Select(e => $"{e.Attribute("testName")!.Value} {e.Attribute("outcome")!.Value}").Order(StringComparer.Ordinal)];

    /// <summary>What the tests wrote, as the result file has it.</summary>
    public string StandardOutput => string.Concat(Trx().Descendants().Where(e => e.Name.LocalName == "StdOut").Select(e => e.Value));

    /// <summary>Starts it.</summary>
    public ProcessRun Start(params string[] options)
    {
        Environment["WHERE"] = _home.Combine("where");
        return ProcessRun.Start(
            ["dotnet", "test", "--no-build", "--nologo", "--logger", "trx", "--results-directory", Results, .. options], Environment, project);
    }

    /// <summary>Runs it.</summary>
    public async Task<ProcessResult> RunAsync(params string[] options)
    {
        using var run = Start(options);
        return await run.WaitAsync();
    }

    /// <summary>A file of this run's own.</summary>
    public string PathOf(string name) => _home.Combine(name);

    /// <summary>How many resources of a source are leased, once an ordinary command has taken back what dead owners hold.</summary>
    public async Task<int> InUseAsync(string source = "places")
    {
        var engine = Engine;
        _ = await engine.Leases.CollectAsync(apply: true, CancellationToken.None);
        return engine.Inventory.Sources([source])[0].InUse;
    }

    /// <inheritdoc/>
    public void Dispose() => _home.Dispose();

    private static TestHome Home(string packages)
    {
        var home = new TestHome();
        home.Environment["NUGET_PACKAGES"] = packages;
        home.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return home;
    }

    private XDocument Trx() => XDocument.Load(Assert.Single(Directory.GetFiles(Results, "*.trx")));
}
