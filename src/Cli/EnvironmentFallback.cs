namespace CrCache.Cli;

/// <summary>The variables that stand in for options that were not given.</summary>
internal static class EnvironmentFallback
{
    /// <summary>The source to lease from. In a hook the variable says what the hook is run for, which is not what it wants more of.</summary>
    public static string? Source => Of("CRCACHE_LEASE") is null ? Of("CRCACHE_SOURCE") : null;

    /// <summary>A variable's value; null where it is not set, or empty.</summary>
    public static string? Of(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
