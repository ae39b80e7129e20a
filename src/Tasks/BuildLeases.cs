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

    private readonly LeaseService _leases;
    private readonly LeaseKeeper _keeper;

    public BuildLeases(LeaseService leases, IReadOnlyList<ResourceReference> held, TimeSpan timeToLive, TimeProvider time)
    {
        _leases = leases;
        _keeper = new(leases, held, timeToLive, time);
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
        _keeper.Dispose();
        using var limit = new CancellationTokenSource(ReleaseLimit);
        Task.WhenAll(_keeper.Kept.Select(r => ReleaseAsync(r, limit.Token))).GetAwaiter().GetResult();
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
}
