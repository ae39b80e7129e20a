using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>Decides which results count: a test that failed is tried again as often as was asked for, and the last attempt is its result.</summary>
/// <param name="retries">How often, from 0 up.</param>
internal sealed class Judgement(int retries)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (int Attempts, string Resource, string Problem)> _failed = [];

    /// <summary>Whether results are to be judged at all.</summary>
    public bool IsNeeded => retries > 0;

    /// <summary>Divides what a host reported.</summary>
    /// <param name="resource">Where it ran.</param>
    /// <param name="unit">The tests it ran.</param>
    /// <param name="held">All results of the host.</param>
    /// <param name="again">The tests to be tried again; null where there are none.</param>
    /// <returns>The results that count.</returns>
    public IReadOnlyList<ReportedResult> Of(string resource, TestUnit unit, ILookup<Guid, ReportedResult> held, out TestUnit? again)
    {
        List<ReportedResult> counts = [];
        List<DiscoveredTest> failed = [];
        lock (_lock)
            foreach (var test in unit.Tests)
            {
                // A theory that was not taken apart has several results, and is one test.
                var results = held[test.Id].ToList();
                if (results.Find(r => r.Outcome == TestOutcome.Failed) is not { Outcome: TestOutcome.Failed } failure)
                {
                    counts.AddRange(unit.Attempt == 1 ? results : results.Select(r => Marked(r, test)));
                }
                else if (unit.Attempt <= retries)
                {
                    failed.Add(test);
                    _failed[test.Id] = (unit.Attempt, resource, failure.Problem);
                }
                else
                {
                    counts.AddRange(results);
                }
            }

        again = failed.Count > 0 ? unit.Again(failed) : null;
        return counts;
    }

    /// <summary>A line for each test that passed only after it had failed.</summary>
    public static string Line(TestRecord record) => $"{ErrorCodes.TestFlaky}: flaky: {record.Test!.Name} passed on {record.Resource} at attempt {record.Attempt}";

    private ReportedResult Marked(ReportedResult result, DiscoveredTest test)
    {
        if (result.Outcome != TestOutcome.Passed || !_failed.TryGetValue(test.Id, out var before))
            return result;
        return result.WithMessage($"flaky: it failed {(before.Attempts == 1 ? "once" : $"{before.Attempts} times")} before, last on {before.Resource}: {before.Problem}\n");
    }
}
