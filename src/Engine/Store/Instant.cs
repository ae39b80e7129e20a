namespace CrCache.Store;

/// <summary>
/// When something happens, by two clocks: the one that people read, which anybody may set to anything, and one that only ever goes
/// forward and counts the time since the boot, the same for all processes of a machine.
/// </summary>
/// <param name="Now">The time of day, to the millisecond.</param>
/// <param name="Clock">Tells which steady clock it is: readings of different ones cannot be compared. Not empty.</param>
/// <param name="Reading">What the steady clock shows, to the millisecond.</param>
internal readonly record struct Instant(DateTimeOffset Now, string Clock, TimeSpan Reading)
{
    private const string Unknown = "unknown";

    // A container may have the clock shifted for itself, by a time namespace.
    private static readonly Lazy<string> ThisClock = new(() =>
        BootId() is { Length: > 0 } boot ? $"{boot}/{new FileInfo("/proc/self/ns/time").LinkTarget}" : Unknown);

    /// <summary>Whether a reading that was taken of a clock can be compared with this one's.</summary>
    public bool IsOf(string? clock) => clock == Clock && Clock != Unknown;

    /// <summary>The present.</summary>
    public static Instant Of(TimeProvider time) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
        ThisClock.Value,
        TimeSpan.FromMilliseconds((long)time.GetElapsedTime(0, time.GetTimestamp()).TotalMilliseconds));

    private static string BootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
