namespace CrCache.Scheduling;

/// <summary>How long a unit of work took, where it passed: what did not pass says nothing of how long it takes.</summary>
/// <param name="Name">The unit.</param>
/// <param name="Resource">The resource it ran on.</param>
/// <param name="Time">How long, from zero up.</param>
public readonly record struct WorkTime(WorkName Name, string Resource, TimeSpan Time);
