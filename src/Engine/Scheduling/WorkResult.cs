using CrCache.Routes;

namespace CrCache.Scheduling;

/// <summary>What became of an item: of its last attempt.</summary>
/// <param name="Item">The item.</param>
/// <param name="Index">Its place among the run's items, from 0.</param>
/// <param name="End">How the last attempt ended.</param>
public sealed record WorkResult(WorkItem Item, int Index, WorkEnd End)
{
    /// <summary>The resource of the last attempt; null where there was none.</summary>
    public ResourceReference? Resource { get; init; }

    /// <summary>How the command ended; null where that is not known.</summary>
    public CommandResult? Command { get; init; }

    /// <summary>How many attempts there were.</summary>
    public int Attempts { get; init; }

    /// <summary>When the last attempt started.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>How long the last attempt took.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>Why it could not be started, or was lost, for people; null where it ran.</summary>
    public string? Problem { get; init; }

    /// <summary>Its exit code as a shell has it: the command's own, 124 where its time was up, 125 where it was lost or never ran.</summary>
    public int ExitCode => End switch
    {
        WorkEnd.TimedOut => ExitCodes.TimedOut,
        WorkEnd.Passed or WorkEnd.Failed when Command is { } command => command.ExitCode,
        _ => ExitCodes.Failed,
    };
}
