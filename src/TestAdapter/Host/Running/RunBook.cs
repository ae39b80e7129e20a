using System.Diagnostics.CodeAnalysis;
using CrCache.Scheduling;
using CrCache.TestAdapter.Grouping;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>What has come of a run so far: each test's result, and what each resource did. Safe for concurrent use.</summary>
internal sealed class RunBook
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, DiscoveredTest> _known = [];
    private readonly HashSet<Guid> _reported = [];
    private readonly List<TestRecord> _records = [];
    private readonly Dictionary<string, TimeSpan> _busy = [];

    /// <summary>All results that count, in the order they came.</summary>
    public IReadOnlyList<TestRecord> Records
    {
        get
        {
            lock (_lock)
                return [.. _records];
        }
    }

    /// <summary>Learns which tests there are.</summary>
    public void Know(IEnumerable<DiscoveredTest> tests)
    {
        lock (_lock)
            foreach (var test in tests)
                _known[test.Id] = test;
    }

    /// <summary>Whether a test has a result.</summary>
    public bool HasResult(DiscoveredTest test)
    {
        lock (_lock)
            return _reported.Contains(test.Id);
    }

    /// <summary>Adds results that count.</summary>
    public void Add(string resource, IEnumerable<ReportedResult> results, Func<Guid, int>? attempt = null)
    {
        lock (_lock)
            foreach (var result in results)
            {
                _ = _reported.Add(result.TestId);
                _records.Add(new(
                    _known.GetValueOrDefault(result.TestId),
                    resource,
                    result.Outcome,
                    result.Start,
                    result.Duration ?? (result.End - result.Start) ?? TimeSpan.Zero,
                    attempt?.Invoke(result.TestId) ?? 1));
            }
    }

    /// <summary>Says how long a host ran tests: from the start of its first to the end of its last.</summary>
    public void AddBusy(string resource, TimeSpan time)
    {
        lock (_lock)
            _busy[resource] = _busy.GetValueOrDefault(resource) + time;
    }

    /// <summary>How many results there are of each outcome.</summary>
    public IEnumerable<KeyValuePair<string, long>> Outcomes() =>
        Records.CountBy(r => r.Outcome).Select(c => KeyValuePair.Create(c.Key.ToString(), (long)c.Value));

    /// <summary>What each resource did.</summary>
    public IReadOnlyList<ResourceShare> Shares()
    {
        var records = Records;
        lock (_lock)
            return [.. records.GroupBy(r => r.Resource).OrderBy(r => r.Key, NaturalOrder.Comparer).Select(r => new ResourceShare(
                r.Key,
                r.All(t => t.Test is not null) ? r.Select(t => TestGrouping.ClassOf(t.Test!)).Distinct().Count() : null,
                r.Count(),
                _busy.GetValueOrDefault(r.Key)))];
    }

    /// <summary>How long what passed took, for the next run.</summary>
    public IReadOnlyList<WorkTime> Times() =>
        [.. Records.Where(r => r is { Test: not null, Outcome: TestOutcome.Passed }).Select(r => new WorkTime(TestNames.Of(r.Test!), r.Resource, r.Duration))];

    /// <summary>The run as a timeline.</summary>
    public Timeline ToTimeline(string title, DateTimeOffset start, TimeSpan elapsed) => new(
        title,
        start,
        elapsed,
        [.. Records.Where(r => r.Start is not null).Select(r => new TimelineSpan(r.Resource, r.Test?.Name ?? "a test", Word(r), r.Start!.Value, r.Duration))]);

    private static string Word(TestRecord record) => record switch
    {
        { IsFlaky: true } => "flaky",
        { Outcome: TestOutcome.Passed } => "passed",
        { Outcome: TestOutcome.Skipped or TestOutcome.None } => "skipped",
        _ => "failed",
    };

    /// <summary>Resources by name and number.</summary>
    private sealed class NaturalOrder : IComparer<string>
    {
        public static NaturalOrder Comparer { get; } = new();

        [SuppressMessage("Globalization", "CA1309", Justification = "Resources are numbered, and -2 comes before -10.")]
        public int Compare(string? x, string? y) => string.Compare(x, y, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.CompareOptions.NumericOrdering);
    }
}
