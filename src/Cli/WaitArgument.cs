namespace CrCache.Cli;

/// <summary>
/// <c>--wait</c> may stand alone, and a number may follow it that is not its own: <c>acquire --wait 4</c> waits for four resources. The
/// parser would take the 4 for a time.
/// </summary>
internal static class WaitArgument
{
    /// <summary>The option.</summary>
    public const string Name = "--wait";

    private const string Forever = "forever";

    /// <summary>Gives each <c>--wait</c> that stands alone a value of its own.</summary>
    public static string[] Complete(string[] arguments)
    {
        List<string> completed = [];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--")
                return [.. completed, .. arguments[i..]];
            if (arguments[i] != Name)
                completed.Add(arguments[i]);
            else if (i + 1 < arguments.Length && IsTime(arguments[i + 1]))
                completed.Add($"{Name}={arguments[++i]}");
            else
                completed.Add($"{Name}={Forever}");
        }

        return [.. completed];
    }

    /// <summary>Reads the option's value.</summary>
    public static TimeSpan Parse(string? text) => text switch
    {
        null => TimeSpan.Zero,
        Forever => Timeout.InfiniteTimeSpan,
        _ => Duration.Parse(text),
    };

    // A time with its unit; a bare number is how many resources are wanted.
    private static bool IsTime(string text) => text == Forever || (text.Length > 1 && char.IsAsciiDigit(text[0]) && text[^1] is 's' or 'm' or 'h' or 'd');
}
