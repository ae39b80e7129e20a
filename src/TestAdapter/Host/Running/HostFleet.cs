using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>The hosts of a run: one on each resource, and where there are several resources one here that finds the tests.</summary>
internal sealed class HostFleet : IAsyncDisposable
{
    private readonly HostLauncher _launcher;
    private readonly TaskCompletionSource<int> _version = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<StockHost>? _scout;
    private readonly IReadOnlyList<(LeasedResource Resource, Task<StockHost> Host)> _workers;

    /// <summary>Starts them all, at once.</summary>
    public HostFleet(HostLauncher launcher, IReadOnlyList<LeasedResource> resources, int collectorPort)
    {
        _launcher = launcher;
        _scout = resources.Count > 1 ? launcher.LaunchHereAsync(_stop.Token) : null;
        _workers = [.. resources.Select((r, i) => (r, WorkerAsync(r, collectorPort, negotiate: i > 0 || resources.Count > 1)))];
    }

    /// <summary>How many hosts are to run tests.</summary>
    public int Size => _workers.Count;

    /// <summary>Agrees on the protocol's version: with one host, which speaks for all, as they are the same program.</summary>
    /// <exception cref="CrCacheException">It could not be started.</exception>
    public async Task<int> NegotiateAsync(int version, CancellationToken cancellationToken)
    {
        var agreed = await (await (_scout ?? _workers[0].Host)).NegotiateAsync(version, cancellationToken);
        _ = _version.TrySetResult(agreed);
        return agreed;
    }

    /// <summary>The host that finds tests; started now where none was needed before.</summary>
    /// <exception cref="CrCacheException">It could not be started.</exception>
    public async Task<StockHost> ScoutAsync(CancellationToken cancellationToken)
    {
        if (_scout is not null)
            return await _scout;

        var host = await _launcher.LaunchHereAsync(cancellationToken);
        _ = await host.NegotiateAsync(await _version.Task, cancellationToken);
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

    /// <summary>Ends all hosts, those that find tests and those that run them, and waits until they have.</summary>
    public async Task StopAsync() => await Task.WhenAll((await StartedAsync()).Select(h => h.StopAsync()));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _ = _version.TrySetCanceled();
        foreach (var host in await StartedAsync())
            await host.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<StockHost> WorkerAsync(LeasedResource resource, int collectorPort, bool negotiate)
    {
        var host = await _launcher.LaunchOnAsync(resource, collectorPort, _stop.Token);
        try
        {
            if (negotiate)
                _ = await host.NegotiateAsync(await _version.Task, _stop.Token);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private async Task<IReadOnlyList<StockHost>> StartedAsync()
    {
        List<StockHost> started = [];
        foreach (var host in _workers.Select(w => w.Host).Prepend(_scout).OfType<Task<StockHost>>())
            try
            {
                started.Add(await host);
            }
            catch (Exception e) when (e is CrCacheException or OperationCanceledException or IOException)
            {
                // It never was one; whoever needed it has said so.
            }

        return started;
    }
}
