using CrCache.Routes;

namespace CrCache.Scheduling;

/// <summary>A command that shall run once, on whichever resource has room for it.</summary>
/// <param name="Name">What it is known by in the history; no two of a run have the same.</param>
/// <param name="Command">The command, for the resource it comes to; its streams are not inherited.</param>
public sealed record WorkItem(WorkName Name, Func<WorkAttempt, ResourceCommand> Command)
{
    /// <summary>What it costs, above zero, in any unit that all items of the run share; null to go by the history.</summary>
    public double? Weight { get; init; }

    /// <summary>How long one attempt may take before its whole process group is ended; null for as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }
}
