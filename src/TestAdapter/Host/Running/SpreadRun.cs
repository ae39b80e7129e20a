using CrCache.Scheduling;
using CrCache.TestAdapter.Grouping;
using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>A test run, spread: find the tests, let the resources take them, add up what they report.</summary>
/// <param name="source">The source the resources are from.</param>
/// <param name="runner">Who wants the run.</param>
/// <param name="fleet">The hosts.</param>
/// <param name="collectors">The data collectors.</param>
/// <param name="engine">Where leases and history are.</param>
/// <param name="series">What the suite's runs have in common.</param>
/// <param name="options">How it goes.</param>
/// <param name="console">What the user sees whatever the verbosity.</param>
/// <param name="time">The clock.</param>
internal sealed class SpreadRun(
    string source,
    RunnerConnection runner,
    HostFleet fleet,
    CollectorRelay collectors,
    CrCacheEngine engine,
    string series,
    RunOptions options,
    TextWriter console,
    TimeProvider time)
{
    private SuiteRun? _suite;
    private ExplicitTests? _explicit;
    private volatile bool _isCanceled;

    /// <summary>What earlier runs took, read once and only where something is divided.</summary>
    private WorkEstimates History => field ??= engine.History.Read(series);

    /// <summary>Starts nothing more; what runs is stopped by the runner's own message to the hosts.</summary>
    public void Cancel()
    {
        _isCanceled = true;
        _ = _suite?.Queue.Clear();
    }

    /// <summary>Runs it, and tells the runner when it is complete.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="initialize">The runner's message with the adapters; null where it sent none.</param>
    /// <param name="cancellationToken">Drops everything.</param>
    public async Task RunAsync(RunRequest request, Message? initialize, CancellationToken cancellationToken)
    {
        var (start, started) = (time.GetLocalNow(), time.GetTimestamp());
        SuiteRun suite = new(runner, fleet, request, initialize, options, IsOurs);
        var found = await DiscoverAsync(request, initialize, cancellationToken);
        var units = found is { IsComplete: true } ? Units(suite, found.Tests) : [];
        if (units.Count > 1 || (units.Count == 1 && suite.Judges))
            await PlanAsync(suite, units, found!.Warnings, cancellationToken);
        else
            await RunWholeAsync(suite, found is { IsComplete: true } ? found.Tests : null, initialize, cancellationToken);
        await RunLanesAsync(suite, cancellationToken);
        var elapsed = time.GetElapsedTime(started);

        // The runner fetches what collectors have as soon as it hears that the run is complete: nothing may still be running.
        await fleet.StopAsync();
        if (!_isCanceled)
            await suite.ReportMissingAsync(time, cancellationToken);
        if (_suite is not null && _explicit is { AreReported: true } && _explicit.Unasked.Where(t => !suite.Book.HasResult(t)).ToList() is { Count: > 0 } unasked)
            await runner.SendAsync(ExplicitTests.Results(unasked, time.GetLocalNow(), runner.Version), cancellationToken);
        await collectors.EndSessionAsync();
        foreach (var line in RunSummary.Lines(source, suite.Book.Shares(), elapsed))
            await console.WriteLineAsync(line.AsMemory(), cancellationToken);
        var report = suite.Book.Records.Count == 0 ? null : engine.Reports.Add(suite.Book.ToTimeline(series, start, elapsed));
        await console.FlushAsync(cancellationToken);
        engine.History.Record(series, suite.Book.Times());
        await runner.SendAsync(
            CompletedRun.Merge(
                suite.Completed, suite.Book.Outcomes(), _isCanceled, isAborted: suite.Completed.Count == 0 && suite.Book.Records.Count == 0 && !_isCanceled, elapsed, report, runner.Version),
            cancellationToken);
    }

    private async Task RunLanesAsync(SuiteRun suite, CancellationToken cancellationToken)
    {
        // One that breaks breaks the run: the others would wait for what it had.
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, fleet.Resources.Count).Select(async place =>
        {
            try
            {
                await new Lane(place, suite).RunAsync(broken.Token);
            }
            catch
            {
                await broken.CancelAsync();
                throw;
            }
        }));
    }

    private async Task<Discovery?> DiscoverAsync(RunRequest request, Message? initialize, CancellationToken cancellationToken)
    {
        if (request.Tests is { } tests)
            return new Discovery(tests, [], true);

        // With one resource there is nothing to divide, and the host that runs the tests finds them; unless some of them want it for themselves.
        if (request.IsDebug || (fleet.Resources.Count == 1 && options.Retries == 0 && !request.Sources.Any(TestGrouping.MayBeExclusive)))
            return null;
        var found = await Discovery.RunAsync(await fleet.ScoutAsync(), initialize, request, cancellationToken);
        return found.IsHostGone ? await FindAgainAsync(request, initialize, cancellationToken) : found;
    }

    private async Task<Discovery> FindAgainAsync(RunRequest request, Message? initialize, CancellationToken cancellationToken)
    {
        await using var host = await fleet.SpareAsync(cancellationToken);
        return await Discovery.RunAsync(host, initialize, request, cancellationToken);
    }

    private IReadOnlyList<TestUnit> Units(SuiteRun suite, IReadOnlyList<DiscoveredTest> tests)
    {
        _explicit = ExplicitTests.Among(tests, suite.Request);
        IReadOnlyList<TestUnit> units = [.. TestGrouping.Group(_explicit.Asked).Select(TestUnit.Of)];
        return options.IsWhole ? TestUnit.Merge(units, suite.Speeds(History), History) : units;
    }

    private async Task PlanAsync(SuiteRun suite, IReadOnlyList<TestUnit> units, IReadOnlyList<Message> warnings, CancellationToken cancellationToken)
    {
        foreach (var warning in warnings)
            await runner.SendAsync(warning, cancellationToken);
        suite.Plan(units, warnings.Select(w => HostRun.WithoutClock(Discovery.LineOf(w).Text)).ToHashSet(), History);
        _suite = suite;
        if (_isCanceled)
            _ = suite.Queue.Clear();
    }

    /// <summary>
    /// Hands everything to one host as the runner asked for it: it then says and does exactly what a plain run does. What it leaves undone because it ends in the middle
    /// is found out and planned.
    /// </summary>
    private async Task RunWholeAsync(SuiteRun suite, IReadOnlyList<DiscoveredTest>? tests, Message? initialize, CancellationToken cancellationToken)
    {
        suite.Book.Know(tests ?? []);
        for (var place = 0; place < fleet.Resources.Count && !_isCanceled; place++)
        {
            Lane lane = new(place, suite);
            if (await lane.RunWholeAsync(cancellationToken))
                return;
            if (suite.IsLost(place) && suite.Book.Records.Count == 0)
                continue;
            tests ??= (await FindAgainAsync(suite.Request, initialize, cancellationToken)).Tests;
            suite.Book.Know(tests);
            await PlanAsync(suite, [.. Units(suite, tests).Select(u => u.Without(suite.Book.HasResult)).OfType<TestUnit>()], [], cancellationToken);
            return;
        }
    }

    /// <summary>Whether a resource's lease is still this run's.</summary>
    private bool IsOurs(LeasedResource resource)
    {
        try
        {
            _ = engine.Leases.Get(resource.Reference);
            return true;
        }
        catch (CrCacheException e)
        {
            return e.Code is not (ErrorCodes.LeaseLost or ErrorCodes.NotLeased);
        }
    }
}
