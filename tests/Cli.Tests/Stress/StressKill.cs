namespace CrCache.Cli.Tests.Stress;

/// <summary>A SIGKILL that is planned for a command.</summary>
/// <param name="After">So long after its start, or after its victim was there, in milliseconds.</param>
/// <param name="Victim">Who gets it.</param>
internal sealed record StressKill(int After, StressVictim Victim);
