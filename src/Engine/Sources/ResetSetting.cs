using CrCache.Configuration;

namespace CrCache.Sources;

/// <summary>Reads <c>reset</c> and <c>reset_command</c>.</summary>
internal static class ResetSetting
{
    /// <summary>The key of the command.</summary>
    public const string CommandKey = "reset_command";

    /// <summary>The keys.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["reset", CommandKey];

    /// <summary>The strategy of a source.</summary>
    /// <param name="settings">The source.</param>
    /// <param name="usual">The one that holds where none is set; it can always be set.</param>
    /// <param name="others">The others that its type has, besides <see cref="ResetStrategy.None"/> and <see cref="ResetStrategy.Command"/>.</param>
    /// <exception cref="ConfigurationException">It has none of that name, or a command is missing or superfluous.</exception>
    public static ResetStrategy Of(SourceSettings settings, ResetStrategy usual, params IReadOnlyList<ResetStrategy> others)
    {
        ResetStrategy[] known = [usual, .. others, ResetStrategy.Command, ResetStrategy.None];
        var name = settings.Text("reset");
        var strategy = name is null ? usual : known.FirstOrDefault(s => Name(s) == name, (ResetStrategy)(-1));
        if (!Enum.IsDefined(strategy))
        {
            throw settings.Wrong("reset", $"'{Shown.Cut(name!)}' is not one of {string.Join(", ", known.Distinct().Select(Name))}");
        }

        return (strategy, Command(settings)) switch
        {
            (ResetStrategy.Command, null) => throw settings.Wrong("reset", "reset = command needs a command: reset_command=..."),
            (not ResetStrategy.Command, not null) => throw settings.Wrong(CommandKey, "it is run only with reset = command"),
            _ => strategy,
        };
    }

    /// <summary>The command that makes a resource fit for its next holder, a line for <c>/bin/sh</c> on the resource; null for none.</summary>
    public static string? Command(SourceSettings settings) => settings.Text(CommandKey);

    private static string Name(ResetStrategy strategy) => strategy.ToString().ToLowerInvariant();
}
