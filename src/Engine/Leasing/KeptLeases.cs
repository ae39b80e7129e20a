namespace CrCache.Leasing;

/// <summary>
/// The leases of one piece of work: they belong to this process, are kept alive while the work lasts, and are given back at its end. Where this process is
/// killed, the next command takes them back.
/// </summary>
public sealed class KeptLeases : IAsyncDisposable
{
    // Long enough for a machine that stalls for a while not to lose its resources.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(60);

    private readonly LeaseService _service;
    private readonly LeaseKeeper _keeper;
    private int _isReleased;

    private KeptLeases(LeaseService service, IReadOnlyList<Lease> leases, TimeProvider time)
    {
        (_service, Leases) = (service, leases);

        // Every use of a resource names its lease and fails with the reason where that was lost.
        _keeper = new(service, [.. leases.Select(l => l.Reference)], TimeToLive, time);
    }

    /// <summary>The leases.</summary>
    public IReadOnlyList<Lease> Leases { get; }

    /// <summary>Acquires them.</summary>
    /// <param name="service">Where.</param>
    /// <param name="request">What; owner and time are those of the piece of work.</param>
    /// <param name="time">What the heartbeats go by; null for the machine's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The leases; dispose them.</returns>
    /// <exception cref="CrCacheException">As <see cref="LeaseService.AcquireAsync"/>.</exception>
    public static async Task<KeptLeases> AcquireAsync(
        LeaseService service, AcquireRequest request, TimeProvider? time, CancellationToken cancellationToken)
    {
        var leases = await service.AcquireAsync(request with { Owner = LeaseOwner.ThisProcess, TimeToLive = TimeToLive }, cancellationToken).ConfigureAwait(false);
        return new(service, leases, time ?? TimeProvider.System);
    }

    /// <summary>Gives back what is still ours.</summary>
    /// <exception cref="CrCacheException">A reset or discard failed; they are out of our hands nevertheless.</exception>
    /// <exception cref="OperationCanceledException">It took too long; the next command goes on with it.</exception>
    public async Task ReleaseAsync()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
            return;
        _keeper.Dispose();
        using var limit = new CancellationTokenSource(ReleaseLimit);
        _ = await _service.ReleaseAsync(_keeper.Kept, force: false, limit.Token).ConfigureAwait(false);
    }

    /// <summary>Gives back what <see cref="ReleaseAsync"/> has not; what goes wrong is left to the next command.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is CrCacheException or OperationCanceledException)
        {
            // Whoever wants to hear of it releases.
        }
    }
}
