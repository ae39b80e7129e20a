namespace CrCache.Cli;

/// <summary>What a person at a terminal gets and a program does not.</summary>
internal static class Terminal
{
    /// <summary>Whether somebody may be watching standard error.</summary>
    public static bool IsWatched => !Console.IsErrorRedirected;

    private static bool HasColour =>
        IsWatched && EnvironmentFallback.Of("NO_COLOR") is null && EnvironmentFallback.Of("TERM") is not null and not "dumb";

    public static string Red(string text) => Coloured("31", text);

    public static string Yellow(string text) => Coloured("33", text);

    private static string Coloured(string colour, string text) => HasColour ? $"\e[1;{colour}m{text}\e[0m" : text;
}
