namespace CrCache.Cli;

/// <summary>The variables that stand in for options that were not given.</summary>
internal static class EnvironmentFallback
{
    /// <summary>A variable's value; null where it is not set, or empty.</summary>
    public static string? Of(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
