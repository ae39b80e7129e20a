using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>
/// How long leases last. A process that is seen to run keeps its lease whatever the clocks show. Any other lease ends by the steady clock
/// of the boot it was taken in, because the time of day may be set to anything; only after a reboot that is all there is.
/// </summary>
internal static class LeaseTime
{
    // The two clocks run apart by less than that, unless one of them was set.
    private static readonly TimeSpan Drift = TimeSpan.FromSeconds(1);

    /// <summary>The owner with a lease that lasts so long from now on; null for one without an end.</summary>
    public static OwnerRow Lasting(this OwnerRow owner, TimeSpan? time, StoreTransaction transaction) => owner with
    {
        TimeToLive = time,
        Expires = transaction.Now + time,
        Deadline = time is null ? null : transaction.Instant.Reading + time,
        Clock = time is null ? null : transaction.Instant.Clock,
    };

    /// <summary>How long the lease still lasts; null for one without an end.</summary>
    public static TimeSpan? Left(this OwnerRow owner, StoreTransaction transaction) => transaction.Instant.IsOf(owner.Clock)
        ? owner.Deadline - transaction.Instant.Reading
        : owner.Expires - transaction.Now;

    /// <summary>Whether the lease is over.</summary>
    public static bool IsOver(this OwnerRow owner, StoreTransaction transaction) =>
        owner.Left(transaction) <= TimeSpan.Zero && !owner.IsAlive();

    /// <summary>Whether it is bound to a process that is seen to run.</summary>
    public static bool IsAlive(this OwnerRow owner) => ProcessIdentity.Parse(owner.Process) is { } process && process.IsAlive();

    /// <summary>When the lease ends, as the clock stands now; null for one without an end.</summary>
    public static DateTimeOffset? Ends(this OwnerRow owner, StoreTransaction transaction)
    {
        var ends = transaction.Now + owner.Left(transaction);
        return (ends - owner.Expires)?.Duration() < Drift ? owner.Expires : ends;
    }
}
