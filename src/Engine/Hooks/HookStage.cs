using CrCache.Routes;

namespace CrCache.Hooks;

/// <summary>A directory of a user's scripts to run at one point of a resource's life.</summary>
/// <param name="Name">The directory's name, such as <c>provision.d</c>.</param>
/// <param name="SourceDirectory">The source's directory, which holds it; scripts start there.</param>
/// <param name="Resource">The resource; its name is each script's first argument.</param>
/// <param name="Environment">Variables on top of this process's.</param>
internal sealed record HookStage(string Name, string SourceDirectory, string Resource, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>What each script gets after the resource's name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>How long each script may take; null for any time.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Where what they say is kept; null for nowhere.</summary>
    public HookLog? Log { get; init; }

    /// <summary>Where what they say is passed on to as well; null for nowhere.</summary>
    public Stream? Echo { get; init; }

    /// <summary>Writes down that a script is about to start; null where that is not done.</summary>
    public Func<CommandTrack.Entry>? Begin { get; init; }
}
