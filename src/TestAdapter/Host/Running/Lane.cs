using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>A resource that takes tests as long as there are any: one host after another, should one end in the middle.</summary>
/// <param name="place">Which of the fleet's resources it is.</param>
/// <param name="suite">The run.</param>
internal sealed class Lane(int place, SuiteRun suite)
{
    private StockHost? _host;

    private LeasedResource Resource => suite.Fleet.Resources[place];

    /// <summary>Takes tests from the queue until there are none, or the resource is lost.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!await StartAsync(cancellationToken))
            return;
        while (await suite.Queue.TakeSeveralAsync(place, cancellationToken) is { Count: > 0 } units)
        {
            if (_host is null && !await StartAsync(cancellationToken))
            {
                foreach (var unit in units)
                    Settle(unit, SuiteRun.NothingAgain, left => Move(unit, left, $"{Resource.Name} cannot run a test host any more"));
                return;
            }

            await RunAsync(units, cancellationToken);
            if (suite.IsLost(place))
                return;
        }
    }

    /// <summary>Runs everything, as the runner asked for it.</summary>
    /// <returns>False where the host ended before, or there was none.</returns>
    public async Task<bool> RunWholeAsync(CancellationToken cancellationToken)
    {
        if (!await StartAsync(cancellationToken))
            return false;
        var (run, completed, failure) = await DriveAsync(suite.Request.With(suite.SettingsFor(Resource)), suite.Book, cancellationToken);
        if (completed is not null)
        {
            suite.Complete(completed);
            return true;
        }

        _ = await EndAsync(failure, cancellationToken);
        return false;
    }

    private async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var host = _host = suite.IsFirst(place) ? await suite.Fleet.FirstAsync(place) : await suite.Fleet.AnotherAsync(place, cancellationToken);
            await suite.PrepareAsync(host, cancellationToken);
            return true;
        }
        catch (CrCacheException e)
        {
            await suite.LoseAsync(place, $"{e.Code}: {e.Message}", cancellationToken);
            return false;
        }
    }

    private async Task RunAsync(IReadOnlyList<TestUnit> units, CancellationToken cancellationToken)
    {
        IReadOnlyList<DiscoveredTest> tests = [.. units.SelectMany(u => u.Tests)];
        var (run, completed, failure) = await DriveAsync(suite.Request.ForTests(tests, suite.SettingsFor(Resource, tests)), suite.Judges ? null : suite.Book, cancellationToken);
        var again = suite.Judges ? await suite.JudgeAsync(Resource.Name, units, run, cancellationToken) : SuiteRun.NothingAgain;
        if (completed is not null)
        {
            suite.Complete(completed);
            foreach (var unit in units)
                Settle(unit, again, left => suite.Miss(Resource.Name, "its test host did not find them again: do their names or data change from one discovery to the next?", left));
            return;
        }

        (var isLost, failure) = await EndAsync(failure, cancellationToken);
        if (isLost)
        {
            foreach (var unit in units)
                Settle(unit, again, left => Move(unit, left, $"{Resource.Name} was lost ({failure})"));
            return;
        }

        var wasAmongOthers = units.Count > 1;
        foreach (var unit in units)
            Settle(unit, again, left => TakeApart(unit, left, wasAmongOthers, failure!));
    }

    private async Task<(HostRun Run, CompletedRun? Completed, string? Failure)> DriveAsync(Message start, RunBook? book, CancellationToken cancellationToken)
    {
        HostRun run = new(_host!, suite.Runner, suite.KnownLines, book);
        try
        {
            return (run, await run.RunAsync(start, cancellationToken), null);
        }
        catch (ProtocolException e)
        {
            return (run, null, e.Message);
        }
        finally
        {
            suite.Book.AddBusy(Resource.Name, run.Busy);
        }
    }

    /// <summary>Finds out why the host has ended, and whether its resource is gone with it.</summary>
    private async Task<(bool IsLost, string Failure)> EndAsync(string? failure, CancellationToken cancellationToken)
    {
        var host = _host!;
        _host = null;
        failure ??= await host.DescribeEndAsync();
        await host.StopAsync();
        if (!await suite.IsGoneAsync(place, host))
            return (false, failure);
        await suite.LoseAsync(place, $"{ErrorCodes.TestsNotSpread}: {Resource.Name} was lost in the middle of the run: {failure}", cancellationToken);
        return (true, failure);
    }

    /// <summary>Gives back what is to be done again, and lets somebody decide what becomes of the tests that have neither a result nor another attempt.</summary>
    private void Settle(TestUnit unit, IReadOnlyDictionary<TestUnit, TestUnit> again, Action<IReadOnlyList<DiscoveredTest>> decide)
    {
        var retried = again.GetValueOrDefault(unit);
        IReadOnlyList<DiscoveredTest> left = [.. unit.Tests.Where(t => !suite.Book.HasResult(t) && retried?.Tests.Contains(t) is not true)];
        if (retried is not null)
            suite.Queue.Add(retried, suite.RetriesElsewhere ? place : null);
        if (left.Count > 0)
            decide(left);
        suite.Queue.Finish([unit]);
    }

    private void Move(TestUnit unit, IReadOnlyList<DiscoveredTest> left, string reason)
    {
        if (unit.Moved(left) is { } moved)
            suite.Queue.Add(moved, place);
        else
            suite.Miss(Resource.Name, $"{reason}, as those that they ran on before", left);
    }

    private void TakeApart(TestUnit unit, IReadOnlyList<DiscoveredTest> left, bool wasAmongOthers, string failure)
    {
        var parts = unit.TakenApart(left, wasAmongOthers);
        foreach (var part in parts)
            suite.Queue.Add(part, null);
        if (parts.Count == 0)
            suite.Miss(Resource.Name, $"it ended its test host, also when it ran alone ({failure})", left);
    }
}
