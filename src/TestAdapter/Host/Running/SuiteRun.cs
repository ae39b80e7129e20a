using CrCache.Scheduling;
using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>What the lanes of a run share: the tests that are left, what has come of the others, and whom to tell.</summary>
internal sealed class SuiteRun
{
    private readonly Lock _lock = new();
    private readonly Message? _initialize;
    private readonly Judgement _judgement;
    private readonly Func<LeasedResource, bool> _isOurs;
    private readonly HashSet<int> _begun = [];
    private readonly HashSet<int> _lost = [];
    private readonly List<CompletedRun> _completed = [];
    private readonly List<(string Resource, string Reason, IReadOnlyList<DiscoveredTest> Tests)> _missing = [];

    public SuiteRun(RunnerConnection runner, HostFleet fleet, RunRequest request, Message? initialize, RunOptions options, Func<LeasedResource, bool> isOurs)
    {
        (Runner, Fleet, Request, _initialize, _isOurs) = (runner, fleet, request, initialize, isOurs);
        _judgement = new(options.Retries);
        RetriesElsewhere = options.RetriesElsewhere;
        Queue = Of([], WorkEstimates.None);
    }

    /// <summary>Where nothing is to be tried again.</summary>
    public static IReadOnlyDictionary<TestUnit, TestUnit> NothingAgain { get; } = new Dictionary<TestUnit, TestUnit>();

    public RunnerConnection Runner { get; }

    public HostFleet Fleet { get; }

    public RunRequest Request { get; }

    public RunBook Book { get; } = new();

    /// <summary>The tests that nobody has taken.</summary>
    public WorkQueue<TestUnit> Queue { get; private set; }

    /// <summary>Lines that the runner has heard from the discovery, which are not told again.</summary>
    public IReadOnlySet<string> KnownLines { get; private set; } = new HashSet<string>();

    /// <summary>Whether results are held back until it is clear which count.</summary>
    public bool Judges => _judgement.IsNeeded;

    /// <summary>Whether what failed is tried again on another resource.</summary>
    public bool RetriesElsewhere { get; }

    /// <summary>How the hosts' runs ended.</summary>
    public IReadOnlyList<CompletedRun> Completed
    {
        get
        {
            lock (_lock)
                return [.. _completed];
        }
    }

    /// <summary>Begins with what was found.</summary>
    public void Plan(IReadOnlyList<TestUnit> units, IReadOnlySet<string> knownLines, WorkEstimates history)
    {
        Book.Know(units.SelectMany(u => u.Tests));
        KnownLines = knownLines;
        Queue = Of(units, history);
    }

    /// <summary>How much each resource does at once, by what is known of it.</summary>
    public IReadOnlyList<double> Speeds(WorkEstimates history) => [.. Fleet.Resources.Select(r => r.Concurrency / history.PaceOf(r.Name))];

    /// <summary>The run settings for a host on a resource.</summary>
    public string SettingsFor(LeasedResource resource) => RunSettings.For(Request.RunSettings, resource.Concurrency, Request.Sources);

    /// <summary>The run settings for a host that is told which tests to run.</summary>
    public string SettingsFor(LeasedResource resource, IEnumerable<DiscoveredTest> tests) =>
        tests.Any(t => t.IsNUnit) ? RunSettings.ForSelection(SettingsFor(resource)) : SettingsFor(resource);

    /// <summary>Whether nobody has asked before for a host on a resource.</summary>
    public bool IsFirst(int place)
    {
        lock (_lock)
            return _begun.Add(place);
    }

    /// <summary>Makes a host ready for its first tests.</summary>
    public async Task PrepareAsync(StockHost host, CancellationToken cancellationToken)
    {
        host.Output.Listen(line => Runner.SendAsync(TextLevel.Informational, line, cancellationToken));
        if (_initialize is not null)
            await host.SendAsync(_initialize, cancellationToken);
    }

    /// <summary>Whether a host ended because its resource is gone, and not by itself.</summary>
    public async Task<bool> IsGoneAsync(int place, StockHost host) => await host.IsLostAsync() || !_isOurs(Fleet.Resources[place]);

    /// <summary>Whether a resource takes no more tests.</summary>
    public bool IsLost(int place)
    {
        lock (_lock)
            return _lost.Contains(place);
    }

    /// <summary>Says that a resource takes no more tests, and why.</summary>
    public async Task LoseAsync(int place, string line, CancellationToken cancellationToken)
    {
        bool isLast;
        lock (_lock)
        {
            _ = _lost.Add(place);
            isLast = _lost.Count == Fleet.Resources.Count;
        }

        Queue.Lose(place);
        await Runner.SendAsync(isLast ? TextLevel.Error : TextLevel.Warning, line, cancellationToken);
    }

    /// <summary>Adds how a host's run ended.</summary>
    public void Complete(CompletedRun run)
    {
        lock (_lock)
            _completed.Add(run);
    }

    /// <summary>Notes tests that will have no result.</summary>
    public void Miss(string resource, string reason, IReadOnlyList<DiscoveredTest> tests)
    {
        lock (_lock)
            _missing.Add((resource, reason, tests));
    }

    /// <summary>Lets those results count that do.</summary>
    /// <returns>What is to be tried again, by what it was of.</returns>
    public async Task<IReadOnlyDictionary<TestUnit, TestUnit>> JudgeAsync(
        string resource, IReadOnlyList<TestUnit> units, HostRun run, CancellationToken cancellationToken)
    {
        Dictionary<TestUnit, TestUnit> again = [];
        List<ReportedResult> counts = [];
        var byTest = run.Held.ToLookup(r => r.TestId);
        foreach (var unit in units)
        {
            var results = _judgement.Of(resource, unit, byTest, out var retried);
            Book.Add(resource, results, _ => unit.Attempt);
            counts.AddRange(results);
            if (retried is not null)
                again[unit] = retried;
        }

        // An error is told as one only where nothing is tried again: frameworks tell of each test that fails.
        foreach (var error in run.HeldErrors)
            if (again.Count == 0)
                await Runner.SendAsync(error, cancellationToken);
            else
                await Runner.SendAsync(TextLevel.Informational, Discovery.LineOf(error).Text, cancellationToken);
        if (counts.Count > 0)
            await Runner.SendAsync(ReportedResult.Change(counts, Runner.Version), cancellationToken);
        return again;
    }

    /// <summary>Tells of the tests without a result: each fails, by name.</summary>
    public async Task ReportMissingAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (Queue.Clear().SelectMany(u => u.Tests).ToList() is { Count: > 0 } left)
            Miss("no resource", "none was left to run them on", left);
        foreach (var (resource, reason, tests) in _missing)
        {
            await Runner.SendAsync(TextLevel.Error, MissingTests.Line(resource, reason, tests), cancellationToken);
            var results = MissingTests.Results(resource, reason, tests, time.GetLocalNow(), Runner.Version);
            Book.Add(resource, ReportedResult.ReadAll(results.Payload));
            await Runner.SendAsync(results, cancellationToken);
        }

        foreach (var flaky in Book.Records.Where(r => r.IsFlaky).DistinctBy(r => r.Test!.Id))
            await Runner.SendAsync(TextLevel.Warning, Judgement.Line(flaky), cancellationToken);
    }

    private WorkQueue<TestUnit> Of(IReadOnlyList<TestUnit> units, WorkEstimates history) => new(
        units, u => u.Weight(history), Speeds(history), u => u.IsAlone);
}
