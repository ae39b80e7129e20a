using CrCache.Scheduling;
using CrCache.TestAdapter.Grouping;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

public sealed class TestUnitTests
{
    private readonly DiscoveredTest[] _tests = [.. Enumerable.Range(0, 4).Select(i => Test($"N.C.M{i}"))];

    [Fact]
    public void A_crash_is_narrowed_down_to_one_test_alone()
    {
        var unit = TestUnit.Of(new TestGroup(_tests, IsExclusive: false));

        var alone = Assert.Single(unit.TakenApart(_tests[1..], wasAmongOthers: true));
        Assert.Equal((true, 3), (alone.IsAlone, alone.Tests.Count));

        var single = alone.TakenApart(_tests[2..], wasAmongOthers: false);
        Assert.Equal([_tests[2], _tests[3]], single.Select(u => Assert.Single(u.Tests)));
        Assert.All(single, u => Assert.True(u.IsAlone));

        Assert.Empty(single[0].TakenApart(single[0].Tests, wasAmongOthers: false));
    }

    [Fact]
    public void A_test_that_was_not_alone_runs_alone_before_it_is_blamed()
    {
        TestUnit unit = new(_tests[..1]);

        Assert.True(Assert.Single(unit.TakenApart(unit.Tests, wasAmongOthers: false)).IsAlone);
    }

    [Fact]
    public void Lost_resources_are_survived_twice()
    {
        TestUnit unit = new(_tests);

        var moved = unit.Moved(_tests)?.Moved(_tests[1..]);
        Assert.Equal(3, moved!.Tests.Count);
        Assert.Null(moved.Moved(_tests[1..]));
    }

    [Fact]
    public void Merged_there_are_as_many_as_places_and_every_test_is_in_one()
    {
        TestUnit[] units = [.. _tests.Select(t => new TestUnit([t])), TestUnit.Of(new TestGroup([Test("N.Only.M")], IsExclusive: true))];

        var merged = TestUnit.Merge(units, [1, 1], WorkEstimates.None);

        Assert.Equal(3, merged.Count);
        Assert.Equal(units.SelectMany(u => u.Tests).Select(t => t.Id).Order(), merged.SelectMany(u => u.Tests).Select(t => t.Id).Order());
        Assert.Equal("N.Only.M", Assert.Single(Assert.Single(merged, u => u.IsAlone).Tests).FullName);
    }

    [Theory]
    [InlineData(0, true, false)]
    [InlineData(1, false, true)]
    public void A_failed_test_counts_once_it_is_tried_no_more(int retries, bool counts, bool again)
    {
        Judgement judgement = new(retries);
        TestUnit unit = new(_tests[..2]);
        var held = new[] { Result(_tests[0], TestOutcome.Passed), Result(_tests[1], TestOutcome.Failed) }.ToLookup(r => r.TestId);

        var results = judgement.Of("r-0", unit, held, out var retried);

        Assert.Contains(results, r => r.TestId == _tests[0].Id);
        Assert.Equal(counts, results.Any(r => r.TestId == _tests[1].Id));
        Assert.Equal(again, retried is not null);
        if (retried is null)
            return;
        Assert.Equal((2, _tests[1]), (retried.Attempt, Assert.Single(retried.Tests)));
        var last = Assert.Single(judgement.Of("r-1", retried, new[] { Result(_tests[1], TestOutcome.Passed) }.ToLookup(r => r.TestId), out var more));
        Assert.Null(more);
        Assert.Contains("flaky: it failed once before, last on r-0: it broke", System.Text.Encoding.UTF8.GetString(last.Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_are_one_test_are_tried_again_together()
    {
        var held = new[] { Result(_tests[0], TestOutcome.Passed), Result(_tests[0], TestOutcome.Failed), Result(_tests[0], TestOutcome.Passed) }.ToLookup(r => r.TestId);

        Assert.Empty(new Judgement(1).Of("r-0", new(_tests[..1]), held, out var again));
        Assert.Equal([_tests[0]], again!.Tests);
        Assert.Equal(3, new Judgement(0).Of("r-0", new(_tests[..1]), held, out _).Count);
    }

    private static ReportedResult Result(DiscoveredTest test, TestOutcome outcome) => Assert.Single(ReportedResult.ReadAll(System.Text.Encoding.UTF8.GetBytes(
        $$$"""{"NewTestResults":[{"TestCase":{"Id":"{{{test.Id}}}"},"Outcome":{{{(int)outcome}}},"ErrorMessage":"it broke","Messages":[{"Text":"said","Category":"StdOutMsgs"}],"Duration":"00:00:01"}]}""")));

    private static DiscoveredTest Test(string fullName) => new(Guid.NewGuid(), fullName, fullName, "/suite.dll", null, ReadOnlyMemory<byte>.Empty);
}
