namespace CrCache.TestAdapter.Running;

public sealed class RunSummaryTests
{
    [Fact]
    public void It_says_who_ran_what_and_what_it_was_worth() =>
        Assert.Equal(
            [
                "CrCache: 112 tests on 2 resources of 'places' in 4.0 s, 1.9 times as fast as one after another (7.5 s)",
                "  places-0      1 class  100 tests  busy 3.5 s",
                "  places-11  12 classes   12 tests  busy 4.0 s",
            ],
            RunSummary.Lines("places", [Report("places-0", 1, 100, 3.5), Report("places-11", 12, 12, 4.0), Report("places-2", 0, 0, 0)], TimeSpan.FromSeconds(4)));

    [Fact]
    public void It_claims_no_gain_where_there_is_none() =>
        Assert.Equal(
            "CrCache: 2 tests on 2 resources of 's' in 1.0 s",
            RunSummary.Lines("s", [Report("s-0", 1, 1, 0.1), Report("s-1", 1, 1, 0.1)], TimeSpan.FromSeconds(1)).First());

    [Fact]
    public void One_resource_gains_nothing() =>
        Assert.Equal(
            ["CrCache: 1 test on 1 resource of 's' in 1.0 s", "  s-0  1 class  1 test  busy 2.0 s"],
            RunSummary.Lines("s", [Report("s-0", 1, 1, 2)], TimeSpan.FromSeconds(1)));

    [Fact]
    public void Nothing_run_is_nothing_said() => Assert.Empty(RunSummary.Lines("s", [Report("s-0", 0, 0, 0)], TimeSpan.FromSeconds(1)));

    private static ResourceShare Report(string resource, int classes, int results, double busy) => new(resource, classes, results, TimeSpan.FromSeconds(busy));
}
