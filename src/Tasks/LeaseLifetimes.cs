namespace CrCache.MSBuild;

/// <summary>Reads lifetimes.</summary>
internal static class LeaseLifetimes
{
    /// <summary>Reads <c>Build</c> or <c>Manual</c>, in any case; nothing is <c>Build</c>.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static LeaseLifetime Parse(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        null or "" or "build" => LeaseLifetime.Build,
        "manual" => LeaseLifetime.Manual,
        _ => throw new UsageException($"AcquireResource: Lifetime '{text}' is neither Build nor Manual"),
    };
}
