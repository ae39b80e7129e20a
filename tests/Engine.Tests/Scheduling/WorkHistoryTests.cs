namespace CrCache.Scheduling;

public sealed class WorkHistoryTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void The_time_of_a_unit_is_the_median_of_its_last_runs()
    {
        foreach (var seconds in new[] { 90, 1, 2, 3, 50, 2 })
            Record("suite", ("a", seconds));

        Assert.Equal(TimeSpan.FromSeconds(2), History.Read("suite").Of(WorkName.Of("a")));
    }

    [Fact]
    public void What_has_not_run_is_estimated_by_the_nearest_that_has()
    {
        History.Record("suite", [Time(1, "Shop", "Cart", "Adds"), Time(3, "Shop", "Cart", "Takes"), Time(8, "Shop", "Tax", "Rounds")]);
        var estimates = History.Read("suite");

        Assert.Equal(TimeSpan.FromSeconds(2), estimates.Of(WorkName.Of("Shop", "Cart", "Empties")));
        Assert.Equal(TimeSpan.FromSeconds(4), estimates.Of(WorkName.Of("Shop", "Till", "Opens")));
        Assert.Equal(TimeSpan.FromSeconds(4), estimates.Of(WorkName.Of("Other")));
        Assert.Equal(TimeSpan.FromSeconds(8), estimates.Of(WorkName.Of("Shop", "Tax", "Rounds")));
    }

    [Fact]
    public void Nothing_is_known_of_a_series_that_never_ran()
    {
        Record("suite", ("a", 1));

        var estimates = History.Read("other");
        Assert.True(estimates.IsEmpty);
        Assert.Null(estimates.Of(WorkName.Of("a")));
        Assert.Equal(1, estimates.PaceOf("lab-0"));
    }

    [Fact]
    public void A_slow_resource_is_found_out_and_what_ran_there_is_not_taken_for_slow_work()
    {
        var names = Enumerable.Range(0, 9).Select(i => $"n{i}").ToArray();
        History.Record("suite", [.. names.Select(n => new WorkTime(WorkName.Of(n), "fast-0", TimeSpan.FromSeconds(2)))]);
        for (var run = 0; run < 6; run++)
            History.Record("suite", [.. names.Select(n => new WorkTime(WorkName.Of(n), "slow-0", TimeSpan.FromSeconds(8)))]);

        var estimates = History.Read("suite");
        Assert.InRange(estimates.PaceOf("slow-0"), 2.5, 4.5);
        Assert.Equal(1, estimates.PaceOf("fast-0"));
        Assert.InRange(estimates.Of(WorkName.Of("n0"))!.Value.TotalSeconds, 1.5, 3.5);
    }

    [Fact]
    public void Ten_thousand_units_are_remembered()
    {
        History.Record("suite", [.. Enumerable.Range(0, 10_000).Select(i => Time(i % 7, "Suite", $"C{i / 10}", $"T{i}"))]);

        Assert.Equal(TimeSpan.FromSeconds(6), History.Read("suite").Of(WorkName.Of("Suite", "C2", "T27")));
    }

    [Fact]
    public void Any_text_is_a_name()
    {
        var names = new[] { "", " ", "a\u001fb", "\ud83d\ude00", "'; DROP TABLE work_time; --", new string('x', 100_000), "line\nbreak" };
        History.Record("suite", [.. names.Select((n, i) => new WorkTime(WorkName.Of("Suite", n), "r-0", TimeSpan.FromSeconds(i + 1)))]);

        Assert.All(names.Index(), n => Assert.Equal(TimeSpan.FromSeconds(n.Index + 1), History.Read("suite").Of(WorkName.Of("Suite", n.Item))));
    }

    [Fact]
    public void A_store_that_cannot_be_used_is_a_run_without_history()
    {
        Directory.CreateDirectory(Path.Combine(_home.StateDirectory, "state.db"));

        Record("suite", ("a", 1));
        Assert.True(History.Read("suite").IsEmpty);
    }

    private WorkHistory History => CrCacheEngine.Open(new EngineOptions { Environment = _home.Environment, Directory = _home.Project }).History;

    private void Record(string series, params (string Name, int Seconds)[] times) =>
        History.Record(series, [.. times.Select(t => new WorkTime(WorkName.Of(t.Name), "r-0", TimeSpan.FromSeconds(t.Seconds)))]);

    private static WorkTime Time(int seconds, params string[] name) => new(WorkName.Of(name), "r-0", TimeSpan.FromSeconds(seconds));
}
