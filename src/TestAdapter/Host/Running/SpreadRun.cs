using CrCache.TestAdapter.Grouping;
using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>A test run, spread: find the tests, divide their groups over the hosts, add up what they report.</summary>
/// <param name="source">The source the resources are from.</param>
/// <param name="runner">Who wants the run.</param>
/// <param name="fleet">The hosts.</param>
/// <param name="collectors">The data collectors.</param>
/// <param name="console">What the user sees whatever the verbosity.</param>
/// <param name="time">The clock.</param>
internal sealed class SpreadRun(
    string source, RunnerConnection runner, HostFleet fleet, CollectorRelay collectors, TextWriter console, TimeProvider time)
{
    private volatile bool _isCanceled;

    /// <summary>Starts nothing more; what runs is stopped by the runner's own message to the hosts.</summary>
    public void Cancel() => _isCanceled = true;

    /// <summary>Runs it, and tells the runner when it is complete.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="initialize">The runner's message with the adapters; null where it sent none.</param>
    /// <param name="cancellationToken">Drops everything.</param>
    public async Task RunAsync(RunRequest request, Message? initialize, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var discovering = DiscoverAsync(request, initialize, cancellationToken);
        var hosts = await ReadyHostsAsync(initialize, cancellationToken);
        var shares = Divide(await discovering, hosts, request);
        var warnings = shares.Count > 1 ? (await discovering)!.Warnings : [];
        foreach (var warning in warnings)
            await runner.SendAsync(warning, cancellationToken);
        var known = warnings.Select(w => HostRun.WithoutClock(Discovery.LineOf(w).Text)).ToHashSet();

        var reports = await Task.WhenAll(shares.Select(s =>
            new HostRun(s.Host, runner, known).RunAsync(s.Start, s.Tests, s.Classes, cancellationToken)));
        var elapsed = time.GetElapsedTime(started);
        var missing = _isCanceled ? 0 : await ReportMissingAsync(reports, request, initialize, cancellationToken);

        // The runner fetches what collectors have as soon as it hears that the run is complete: nothing may still be running.
        await fleet.StopAsync();
        await collectors.EndSessionAsync();
        foreach (var line in RunSummary.Lines(source, reports, elapsed))
            await console.WriteLineAsync(line.AsMemory(), cancellationToken);
        await console.FlushAsync(cancellationToken);
        await runner.SendAsync(Complete(reports, missing, elapsed), cancellationToken);
    }

    private async Task<Discovery?> DiscoverAsync(RunRequest request, Message? initialize, CancellationToken cancellationToken)
    {
        if (request.Tests is { } tests)
            return new Discovery(tests, [], true);

        // With one resource there is nothing to divide, and the host that runs the tests finds them.
        return fleet.Size > 1 && !request.IsDebug
            ? await Discovery.RunAsync(await fleet.ScoutAsync(), initialize, request, cancellationToken)
            : null;
    }

    private async Task<IReadOnlyList<(LeasedResource Resource, StockHost Host)>> ReadyHostsAsync(
        Message? initialize, CancellationToken cancellationToken)
    {
        var (ready, failures) = await fleet.WorkersAsync();
        foreach (var failure in failures)
            await runner.SendAsync(ready.Count > 0 ? TextLevel.Warning : TextLevel.Error, failure, cancellationToken);
        foreach (var (_, host) in ready)
        {
            host.Output.Listen(line => runner.SendAsync(TextLevel.Informational, line, cancellationToken));
            if (initialize is not null)
                await host.SendAsync(initialize, cancellationToken);
        }

        return ready;
    }

    private IReadOnlyList<Share> Divide(
        Discovery? found, IReadOnlyList<(LeasedResource Resource, StockHost Host)> hosts, RunRequest request)
    {
        if (_isCanceled || hosts.Count == 0)
            return [];

        // What cannot be found, and what cannot be divided, goes to one host as the runner sent it.
        var groups = found is { IsComplete: true } && hosts.Count > 1 ? TestGrouping.Group(found.Tests) : [];
        return groups.Count > 1
            ? Share.Divide(groups, hosts, request)
            : [Share.Whole(hosts[0].Resource, hosts[0].Host, request, found is { IsComplete: true } ? found.Tests : null)];
    }

    private async Task<int> ReportMissingAsync(
        HostReport[] reports, RunRequest request, Message? initialize, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var report in reports)
        {
            var share = report.Share;
            if (share is null && report.Failure is not null)
                share = await FindAgainAsync(request, initialize, cancellationToken);
            IReadOnlyList<DiscoveredTest> missing = [.. (share ?? []).Where(t => !report.Reported.Contains(t.Id))];
            if (missing.Count == 0 && report.Failure is null)
                continue;

            count += missing.Count;
            var reason = report.Failure is { } failure
                ? $"its test host ended before it was done ({failure})"
                : "its test host did not find them again: do their names or data change from one discovery to the next?";
            await runner.SendAsync(TextLevel.Error, MissingTests.Line(report.Resource, reason, missing), cancellationToken);
            if (missing.Count > 0)
                await runner.SendAsync(
                    MissingTests.Results(report.Resource, reason, missing, time.GetLocalNow(), runner.Version), cancellationToken);
        }

        return count;
    }

    private async Task<IReadOnlyList<DiscoveredTest>> FindAgainAsync(RunRequest request, Message? initialize, CancellationToken cancellationToken)
    {
        await using var host = await fleet.SpareAsync(cancellationToken);
        return (await Discovery.RunAsync(host, initialize, request, cancellationToken)).Tests;
    }

    private Message Complete(HostReport[] reports, int missing, TimeSpan elapsed) => CompletedRun.Merge(
        [.. reports.Select(r => r.Completed).OfType<CompletedRun>()],
        missing,
        _isCanceled,
        isAborted: reports.Length == 0 && !_isCanceled,
        elapsed,
        runner.Version);
}
