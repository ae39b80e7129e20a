using CrCache.Scheduling;
using CrCache.TestAdapter.Grouping;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>Tests that one host runs together: a group that shares state, or what is left of one.</summary>
/// <param name="tests">The tests, at least one.</param>
internal sealed class TestUnit(IReadOnlyList<DiscoveredTest> tests)
{
    /// <summary>How often tests are moved on because their resource was lost: who loses three is the reason himself.</summary>
    private const int MostMoves = 2;

    /// <summary>The tests.</summary>
    public IReadOnlyList<DiscoveredTest> Tests => tests;

    /// <summary>True where nothing else is to run on the resource meanwhile.</summary>
    public bool IsAlone { get; private init; }

    /// <summary>Which attempt of these tests this is, from 1: they failed before.</summary>
    public int Attempt { get; private init; } = 1;

    private int Moves { get; init; }

    /// <summary>A group as it was found.</summary>
    public static TestUnit Of(TestGroup group) => new(group.Tests) { IsAlone = group.IsExclusive };

    /// <summary>What is left of it after its resource was lost; null where it has been moved often enough.</summary>
    public TestUnit? Moved(IReadOnlyList<DiscoveredTest> left) => Moves == MostMoves ? null : new(left) { IsAlone = IsAlone, Attempt = Attempt, Moves = Moves + 1 };

    /// <summary>Some of its tests, to be tried again because they failed.</summary>
    public TestUnit Again(IReadOnlyList<DiscoveredTest> failed) => new(failed) { IsAlone = IsAlone, Attempt = Attempt + 1 };

    /// <summary>
    /// What is left of it after a host ended in the middle of it, so taken apart that the next end says more of whose it was: first each unit by itself, then each of
    /// its tests. Nothing where it was one test by itself: that was it.
    /// </summary>
    /// <param name="left">The tests without a result.</param>
    /// <param name="wasAmongOthers">Whether the host had other units as well.</param>
    public IReadOnlyList<TestUnit> TakenApart(IReadOnlyList<DiscoveredTest> left, bool wasAmongOthers)
    {
        if (wasAmongOthers || !IsAlone)
            return [new(left) { IsAlone = true, Attempt = Attempt, Moves = Moves }];
        return tests.Count > 1 ? [.. left.Select(t => new TestUnit([t]) { IsAlone = true, Attempt = Attempt, Moves = Moves })] : [];
    }

    /// <summary>What is left of it; null where nothing is.</summary>
    /// <param name="isDone">Says which tests are done with.</param>
    public TestUnit? Without(Func<DiscoveredTest, bool> isDone) =>
        tests.Where(t => !isDone(t)).ToList() is { Count: > 0 } left ? new(left) { IsAlone = IsAlone, Attempt = Attempt, Moves = Moves } : null;

    /// <summary>As many units as there are places, each for one of them, of about the same weight; those that are to be alone stay so.</summary>
    public static IReadOnlyList<TestUnit> Merge(IReadOnlyList<TestUnit> units, IReadOnlyList<double> speeds, WorkEstimates history)
    {
        var parts = WorkPlan.Divide([.. units.Where(u => !u.IsAlone)], u => u.Weight(history), speeds);
        return [.. units.Where(u => u.IsAlone), .. parts.Where(p => p.Count > 0).Select(p => new TestUnit([.. p.SelectMany(u => u.Tests)]))];
    }

    /// <summary>What it is expected to take, in seconds; its number of tests where nothing is known.</summary>
    public double Weight(WorkEstimates history) => history.IsEmpty
        ? tests.Count
        : tests.Select(TestNames.Of).Distinct().Sum(n => history.Of(n)?.TotalSeconds ?? 0);
}
