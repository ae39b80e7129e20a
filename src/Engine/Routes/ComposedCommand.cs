using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>A command as it is started on this machine to run at the end of a route.</summary>
/// <param name="Arguments">Program and arguments.</param>
/// <param name="Environment">Variables on top of this process's.</param>
/// <param name="WorkingDirectory">Where it starts; null for this process's own directory.</param>
internal sealed record ComposedCommand(
    IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string? WorkingDirectory)
{
    /// <summary>The hosts to take the arguments to, the nearest first, with nothing to start on this machine; null where that is a program of its own.</summary>
    public IReadOnlyList<SshEndpoint>? Hops { get; init; }

    /// <summary>Whether its output begins behind a mark.</summary>
    public bool MarksOutput { get; init; }
}
