using System.Collections.Concurrent;
using CrCache.TestAdapter.Hosts;

namespace CrCache.TestAdapter.Running;

/// <summary>The hosts of a run: at first one on each resource. Whichever is there first speaks for all, and finds the tests.</summary>
internal sealed class HostFleet : IAsyncDisposable
{
    private readonly HostLauncher _launcher;
    private readonly int _collectorPort;
    private readonly TaskCompletionSource<(StockHost Scout, int Version)> _agreement = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<StockHost> _started = new();
    private readonly IReadOnlyList<Task<StockHost>> _launches;

    /// <summary>Starts them all, at once.</summary>
    public HostFleet(HostLauncher launcher, IReadOnlyList<LeasedResource> resources, int collectorPort)
    {
        (_launcher, Resources, _collectorPort) = (launcher, resources, collectorPort);
        _launches = [.. resources.Select(LaunchAsync)];
    }

    /// <summary>The resources.</summary>
    public IReadOnlyList<LeasedResource> Resources { get; }

    /// <summary>The hosts that were started, also those that have ended.</summary>
    public IReadOnlyCollection<StockHost> Started => _started;

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

    /// <summary>A resource's first host, ready to run tests.</summary>
    /// <exception cref="CrCacheException">It could not be started.</exception>
    public async Task<StockHost> FirstAsync(int place)
    {
        var host = await _launches[place];
        var (scout, version) = await _agreement.Task;
        if (host != scout)
            _ = await host.NegotiateAsync(version, _stop.Token);
        return host;
    }

    /// <summary>Another host on a resource, ready to run tests.</summary>
    /// <exception cref="CrCacheException">It could not be started.</exception>
    public async Task<StockHost> AnotherAsync(int place, CancellationToken cancellationToken)
    {
        var host = await LaunchAsync(Resources[place]);
        _ = await host.NegotiateAsync((await _agreement.Task).Version, cancellationToken);
        return host;
    }

    /// <summary>A host on no resource, for finding tests where those on resources are gone. The caller disposes it.</summary>
    /// <exception cref="CrCacheException">It could not be started.</exception>
    public async Task<StockHost> SpareAsync(CancellationToken cancellationToken)
    {
        var host = await _launcher.LaunchHereAsync(cancellationToken);
        _ = await host.NegotiateAsync((await _agreement.Task).Version, cancellationToken);
        return host;
    }

    /// <summary>Ends all hosts and waits until they have.</summary>
    public async Task StopAsync()
    {
        await SettleAsync();
        await Task.WhenAll(_started.Select(h => h.StopAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _ = _agreement.TrySetCanceled();
        await SettleAsync();
        foreach (var host in _started)
            await host.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<StockHost> LaunchAsync(LeasedResource resource)
    {
        var host = await _launcher.LaunchOnAsync(resource, _collectorPort, _stop.Token);
        _started.Enqueue(host);
        return host;
    }

    /// <summary>Waits until no launch is on its way.</summary>
    private async Task SettleAsync()
    {
        foreach (var launch in _launches)
            await ((Task)launch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
