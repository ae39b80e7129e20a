using System.Diagnostics.CodeAnalysis;
using CrCache.Leasing;
using Microsoft.Build.Framework;

namespace CrCache.MSBuild;

/// <summary>
/// Leases that live as long as the build: renewed while it runs, given back by MSBuild's Dispose at its end. Where that
/// never comes (SIGKILL), the owning process is dead and the next command takes them back.
/// </summary>
internal sealed class BuildLeases : IDisposable
{
    /// <summary>How long the build's end waits for resets; what is not done by then, the next command finishes.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly LeaseService _leases;
    private readonly TimeSpan _timeToLive;
    private readonly ITimer _heartbeat;
    private IReadOnlyList<ResourceReference> _held;

    public BuildLeases(LeaseService leases, IReadOnlyList<ResourceReference> held, TimeSpan timeToLive, TimeProvider time)
    {
        _leases = leases;
        _held = held;
        _timeToLive = timeToLive;
        _heartbeat = time.CreateTimer(_ => Renew(), state: null, timeToLive / 3, timeToLive / 3);
    }

    /// <summary>Ties leases to the build that runs.</summary>
    public static void Register(IBuildEngine4 build, LeaseService leases, IReadOnlyList<Lease> acquired, TimeSpan timeToLive)
    {
        var held = new BuildLeases(leases, [.. acquired.Select(l => l.Reference)], timeToLive, TimeProvider.System);
        try
        {
            build.RegisterTaskObject(held, held, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Gives back what is still held. Nothing is thrown: the build is over, nobody could be told.</summary>
    public void Dispose()
    {
        _heartbeat.Dispose();
        IReadOnlyList<ResourceReference> held;
        lock (_lock)
            (held, _held) = (_held, []);
        using var limit = new CancellationTokenSource(ReleaseLimit);
        Task.WhenAll(held.Select(r => ReleaseAsync(r, limit.Token))).GetAwaiter().GetResult();
    }

    /// <summary>One at a time: what ReleaseResource or a person gave back before must not keep the others.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The build is over. The store's events say what failed, and the next command tries again.")]
    private async Task ReleaseAsync(ResourceReference resource, CancellationToken cancellationToken)
    {
        try
        {
            await _leases.ReleaseAsync([resource], force: false, cancellationToken);
        }
        catch (Exception)
        {
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A heartbeat that fails must not end MSBuild's process: the next one tries again, or the lease expires.")]
    private void Renew()
    {
        lock (_lock)
        {
            try
            {
                if (_held.Count > 0)
                    _leases.KeepAlive(_held, _timeToLive);
            }
            catch (LeaseLostException)
            {
                _held = [.. _held.Where(IsRenewed)];
            }
            catch (Exception)
            {
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "As for the heartbeat: what could not be renewed just now is still held.")]
    private bool IsRenewed(ResourceReference resource)
    {
        try
        {
            _leases.KeepAlive([resource], _timeToLive);
            return true;
        }
        catch (LeaseLostException)
        {
            return false;
        }
        catch (Exception)
        {
            return true;
        }
    }
}
