namespace CrCache.Routes;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code, 0 to 255; 128 + the signal's number where a signal ended it.</param>
/// <param name="Signal">The number of the signal that ended it, or null.</param>
public readonly record struct CommandResult(int ExitCode, int? Signal = null);
