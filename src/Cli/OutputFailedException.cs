namespace CrCache.Cli;

/// <summary>A result could not be written to standard output.</summary>
internal sealed class OutputFailedException(string message, Exception inner) : CrCacheException(ErrorCodes.OutputFailed, message, inner)
{
    public override int ExitCode => ExitCodes.Failed;
}
