using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>Looks whether a way in leads to where its settings say, so that what is not there is said when a resource is made and not by its first command.</summary>
internal static class WayIn
{
    /// <summary>POSIX sh that has in <c>i</c> the word of <c>env</c> for the signals that a terminal's command is not to hear, as whoever started it has said.</summary>
    public const string IgnoredSignals =
        """
        i=
        if [ -t 0 ]; then
          while read -r s m; do [ "$s" != SigIgn: ] || break; done <"/proc/$$/status"
          m=0x$m
          [ "$((m & 1))" = 0 ] || i=HUP
          [ "$((m & 2))" = 0 ] || i=$i,INT
          [ "$((m & 4))" = 0 ] || i=$i,QUIT
          i=${i:+--ignore-signal=${i#,}}
        fi

        """;

    private const string Directory = "cwd";
    private const string Words = "exec";
    private const string User = "user";
    private const string Ours = "crcache: ";
    private static readonly string[] Stages = ["provision.d", "configure.d"];

    private const string Script = """[ -z "$1" ] || [ -d "$1" ] || { echo "cwd: there is no directory '$1' in it" >&2; exit 1; }""";

    /// <summary>Runs nothing over it, where one of these is set.</summary>
    /// <param name="place">Where the resource is made.</param>
    /// <param name="settings">Its source.</param>
    /// <param name="route">The way in.</param>
    /// <param name="failed">The error of what is not there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ResourceException">There is no such user or directory, or the words lead nowhere.</exception>
    public static async Task CheckAsync(
        MakingPlace place, SourceSettings settings, Route route, Func<string, ResourceException> failed, CancellationToken cancellationToken)
    {
        if ((settings.Text(User) ?? settings.Text(Directory) ?? settings.Text(Words)) is null)
        {
            return;
        }

        // What is wrong before it comes to the directory is wrong with how it is entered.
        var entry = settings.Text(Words) is not null ? Words : User;
        await place.RunAsync(
            route with { WorkingDirectory = null },
            Script,
            [IsMadeByHooks(settings) ? "" : settings.Text(Directory) ?? ""],
            line => failed(line.StartsWith($"{Directory}: ", StringComparison.Ordinal) || settings.Text(entry) is null ? line : $"{entry}: {Said(line)}"),
            cancellationToken).ConfigureAwait(false);
    }

    // They run later, and may well copy something to where commands are to start.
    private static bool IsMadeByHooks(SourceSettings settings) =>
        settings.Directory is { } own && Stages.Any(s => System.IO.Directory.Exists(Path.Combine(own, s)));

    private static string Said(string line) => line.StartsWith(Ours, StringComparison.Ordinal) ? line[Ours.Length..] : line;
}
