namespace CrCache.Cli.Tests;

/// <summary>How a process comes to a transition, to be killed there, and the one ordinary command that repairs.</summary>
/// <param name="Transition">The transition, and after a colon which time it is meant, where it is not the first.</param>
/// <param name="Source">The source that it is about.</param>
/// <param name="Victim">The command that is killed; <c>%</c> stands for the hand-out that was prepared.</param>
/// <param name="Before">The command that repairs where it was killed before the transition was written.</param>
/// <param name="After">The command that repairs where it was killed after that.</param>
internal sealed record FaultScenario(string Transition, string Source, string Victim, string Before, string After)
{
    /// <summary>What must be there before the victim starts.</summary>
    public Func<FaultHome, Task> Prepare { get; init; } = _ => Task.CompletedTask;

    /// <summary>What is done to the victim, or around it, while it runs.</summary>
    public Func<FaultHome, ProcessRun, Task> Meanwhile { get; init; } = (_, _) => Task.CompletedTask;

    /// <inheritdoc/>
    public override string ToString() => Transition;
}
