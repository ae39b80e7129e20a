namespace CrCache;

/// <summary>CrCache's own process exit codes; <c>crcache run</c> returns its command's code otherwise.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Bad usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>Nothing is available now; trying again later can help (<c>EX_TEMPFAIL</c> of sysexits.h).</summary>
    public const int NothingAvailable = 75;

    /// <summary>The lease is no longer the caller's.</summary>
    public const int LeaseLost = 76;

    /// <summary>A time limit passed, as <c>timeout(1)</c> has it.</summary>
    public const int TimedOut = 124;

    /// <summary>CrCache itself, or the way to the resource, failed.</summary>
    public const int Failed = 125;

    /// <summary>The command was found but could not be executed, as a shell has it.</summary>
    public const int NotExecutable = 126;

    /// <summary>The command was not found, as a shell has it.</summary>
    public const int NotFound = 127;

    /// <summary>Interrupted by Ctrl-C: 128 + SIGINT, as a shell has it.</summary>
    public const int Interrupted = 130;
}
