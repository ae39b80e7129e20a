namespace CrCache.Hooks;

/// <summary>The points of a resource's life at which a user's scripts run.</summary>
internal static class HookStages
{
    /// <summary>As a resource has been made and before it is handed out.</summary>
    public const string Provision = "provision.d";

    /// <summary>After <see cref="Provision"/>: what a project adds to what was made.</summary>
    public const string Configure = "configure.d";

    /// <summary>Whenever a resource is handed out, before anybody has it.</summary>
    public const string Acquire = "acquire.d";

    /// <summary>As a resource has been given back, whatever becomes of it.</summary>
    public const string Release = "release.d";

    /// <summary>As a resource that was given back is made ready for the next.</summary>
    public const string Reset = "reset.d";

    /// <summary>Before a resource is unmade.</summary>
    public const string Discard = "discard.d";

    /// <summary>Before a command is run on a resource.</summary>
    public const string PreRun = "pre-run.d";

    /// <summary>After a command was run on a resource.</summary>
    public const string PostRun = "post-run.d";

    /// <summary>No directory but one file: says how many units of work a resource takes at once.</summary>
    public const string Concurrency = "concurrency";

    /// <summary>All of them that are directories.</summary>
    public static IReadOnlyList<string> Directories { get; } = [Provision, Configure, Acquire, Release, Reset, Discard, PreRun, PostRun];
}
