namespace CrCache.Cli;

/// <summary>The command of <c>run</c> is not there, or cannot be executed; the exit code is as a shell has it.</summary>
internal sealed class CommandNotStartedException(string message, int exitCode) : CrCacheException(ErrorCodes.CommandNotStarted, message)
{
    public override int ExitCode { get; } = exitCode;
}
