using CrCache.Routes;

namespace CrCache.Hooks;

/// <summary>A directory of a user's scripts to run at one point of a resource's life.</summary>
/// <param name="Name">The directory's name, such as <c>provision.d</c>.</param>
/// <param name="SourceDirectory">The source's directory, which holds it; scripts start there.</param>
/// <param name="Resource">The resource; its name is each script's first argument.</param>
/// <param name="Environment">Variables on top of this process's.</param>
internal sealed record HookStage(string Name, string SourceDirectory, string Resource, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Writes down that a script is about to start; null where that is not done.</summary>
    public Func<CommandTrack.Entry>? Begin { get; init; }
}
