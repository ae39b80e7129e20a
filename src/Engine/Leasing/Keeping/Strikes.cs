using CrCache.Store;

namespace CrCache.Leasing.Keeping;

/// <summary>
/// How long what failed is left alone. A resource's strikes are what failed on it within an hour, or since it was last healed, as the
/// events have it: its making, a hook, its test at hand-out, its reset, its discard. What a user's command does is none.
/// </summary>
internal static class Strikes
{
    /// <summary>With so many it is put into quarantine.</summary>
    public const int Most = 3;

    private const int FirstSeconds = 5;
    private const int LastSeconds = 300;
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);

    /// <summary>The longest that anything is left alone.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>A resource's strikes.</summary>
    public static int Of(string resource, StoreTransaction transaction) => transaction.Events.Strikes(resource, transaction.Now - Memory);

    /// <summary>How long a failed discard is put off.</summary>
    /// <param name="failures">How often it failed in a row.</param>
    public static TimeSpan Wait(int failures) => TimeSpan.FromSeconds(Math.Min(LastSeconds, FirstSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 10))));

    /// <summary>How long a quarantine lasts before the next test.</summary>
    public static TimeSpan Quarantine(int strikes) => Shorter(Step * (strikes - Most + 1), LongestWait);

    /// <summary>How long making one ahead of time is put off.</summary>
    /// <param name="failures">How often it failed in a row.</param>
    public static TimeSpan Refill(int failures) => Shorter(TimeSpan.FromSeconds(30) * failures, LongestWait);

    /// <summary>Whether it is time for what was put off: no time is further away, unless the clock was set back.</summary>
    public static bool IsDue(DateTimeOffset? time, DateTimeOffset now) => time is null || time <= now || time > now + LongestWait;

    /// <summary>Whether nothing is left of a resource but its name, which is remembered because it failed again and again.</summary>
    public static bool IsOnlyAName(ResourceRow row) => row is { State: ResourceState.Quarantined, Route: null, Failures: 0 };

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
