using CrCache.TestAdapter.Hosts;

namespace CrCache.TestAdapter.Running;

/// <summary>The hosts of a run, one on each resource. Whichever is there first speaks for all, and finds the tests.</summary>
internal sealed class HostFleet : IAsyncDisposable
{
    private readonly HostLauncher _launcher;
    private readonly TaskCompletionSource<(StockHost Scout, int Version)> _agreement = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<Task<StockHost>> _launches;
    private readonly IReadOnlyList<(LeasedResource Resource, Task<StockHost> Host)> _workers;

    /// <summary>Starts them all, at once.</summary>
    public HostFleet(HostLauncher launcher, IReadOnlyList<LeasedResource> resources, int collectorPort)
    {
        _launcher = launcher;
        _launches = [.. resources.Select(r => launcher.LaunchOnAsync(r, collectorPort, _stop.Token))];
        _workers = [.. resources.Zip(_launches, (r, launch) => (r, ReadyAsync(launch)))];
    }

    /// <summary>How many hosts are to run tests.</summary>
    public int Size => _workers.Count;

    /// <summary>Agrees on the protocol's version: with one host, which speaks for all, as they are the same program.</summary>
    /// <exception cref="CrCacheException">None could be started.</exception>
    public async Task<int> NegotiateAsync(int version, CancellationToken cancellationToken)
    {
        CrCacheException? failure = null;
        await foreach (var launch in Task.WhenEach(_launches).WithCancellation(cancellationToken))
            try
            {
                var host = await launch;
                var agreed = await host.NegotiateAsync(version, cancellationToken);
                _ = _agreement.TrySetResult((host, agreed));
                return agreed;
            }
            catch (CrCacheException e)
            {
                failure ??= e;
            }

        throw failure!;
    }

    /// <summary>The host that finds tests: the one that was there first. It runs its share of them afterwards.</summary>
    public async Task<StockHost> ScoutAsync() => (await _agreement.Task).Scout;

    /// <summary>A host on no resource, for finding tests where those on resources are gone. The caller disposes it.</summary>
    /// <exception cref="CrCacheException">It could not be started.</exception>
    public async Task<StockHost> SpareAsync(CancellationToken cancellationToken)
    {
        var host = await _launcher.LaunchHereAsync(cancellationToken);
        _ = await host.NegotiateAsync((await _agreement.Task).Version, cancellationToken);
        return host;
    }

    /// <summary>The hosts that are ready to run tests, and why others are not.</summary>
    public async Task<(IReadOnlyList<(LeasedResource Resource, StockHost Host)> Ready, IReadOnlyList<string> Failures)> WorkersAsync()
    {
        List<(LeasedResource, StockHost)> ready = [];
        List<string> failures = [];
        foreach (var (resource, host) in _workers)
            try
            {
                ready.Add((resource, await host));
            }
            catch (CrCacheException e)
            {
                failures.Add($"{e.Code}: {e.Message}");
            }

        return (ready, failures);
    }

    /// <summary>Ends all hosts and waits until they have.</summary>
    public async Task StopAsync() => await Task.WhenAll((await StartedAsync()).Select(h => h.StopAsync()));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _ = _agreement.TrySetCanceled();
        foreach (var (_, host) in _workers)
            await ((Task)host).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var host in await StartedAsync())
            await host.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<StockHost> ReadyAsync(Task<StockHost> launch)
    {
        var host = await launch;
        var (scout, version) = await _agreement.Task;
        if (host != scout)
            _ = await host.NegotiateAsync(version, _stop.Token);
        return host;
    }

    private async Task<IReadOnlyList<StockHost>> StartedAsync()
    {
        List<StockHost> started = [];
        foreach (var launch in _launches)
            try
            {
                started.Add(await launch);
            }
            catch (Exception e) when (e is CrCacheException or OperationCanceledException or IOException)
            {
                // It never was one; whoever needed it has said so.
            }

        return started;
    }
}
