using System.Diagnostics.CodeAnalysis;

namespace CrCache.Leasing;

/// <summary>
/// Keeps leases alive, each by itself, until it is disposed; it does not give them back. What somebody else released, stole or took back
/// is lost, and the others are kept on. A store that cannot be used just now is asked again, three times before the leases expire.
/// </summary>
public sealed class LeaseKeeper : IDisposable
{
    private const int BeatsInALife = 4;

    private readonly Lock _lock = new();
    private readonly LeaseService _leases;
    private readonly TimeSpan _timeToLive;
    private readonly ITimer _heart;
    private IReadOnlyList<ResourceReference> _kept;
    private IReadOnlyList<ResourceReference> _lost = [];
    private bool _isDisposed;

    /// <summary>Begins to keep leases alive, from a quarter of their time on.</summary>
    /// <param name="leases">Where they are.</param>
    /// <param name="resources">The hand-outs; none is fine.</param>
    /// <param name="timeToLive">How long each is to last from each heartbeat on, from one second up.</param>
    /// <param name="time">What the heartbeats go by.</param>
    public LeaseKeeper(LeaseService leases, IReadOnlyList<ResourceReference> resources, TimeSpan timeToLive, TimeProvider time)
    {
        (_leases, _kept, _timeToLive) = (leases, [.. resources], timeToLive);
        _heart = time.CreateTimer(_ => Beat(), state: null, timeToLive / BeatsInALife, timeToLive / BeatsInALife);
    }

    /// <summary>What it keeps: all but what is lost.</summary>
    public IReadOnlyList<ResourceReference> Kept
    {
        get
        {
            lock (_lock)
                return _kept;
        }
    }

    /// <summary>What was found to be somebody else's, or nobody's, at a heartbeat.</summary>
    public IReadOnlyList<ResourceReference> Lost
    {
        get
        {
            lock (_lock)
                return _lost;
        }
    }

    /// <summary>Ends the heartbeats. Once it returns none is on its way, and the leases may be given back.</summary>
    public void Dispose()
    {
        _heart.Dispose();
        lock (_lock)
            _isDisposed = true;
    }

    private void Beat()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            var lost = _kept.Where(r => !IsKept(r)).ToList();
            (_kept, _lost) = ([.. _kept.Except(lost)], [.. _lost, .. lost]);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A heartbeat that fails must not end the process: the next one tries again, or the lease expires.")]
    private bool IsKept(ResourceReference resource)
    {
        try
        {
            _leases.KeepAlive([resource], _timeToLive);
            return true;
        }
        catch (CrCacheException e)
        {
            return e.Code is not (ErrorCodes.LeaseLost or ErrorCodes.NotLeased);
        }
        catch (Exception)
        {
            return true;
        }
    }
}
