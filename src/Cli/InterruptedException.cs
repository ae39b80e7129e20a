namespace CrCache.Cli;

/// <summary>A signal ended the command, and everything was put in order.</summary>
internal sealed class InterruptedException(int signal) : Exception($"ended by signal {signal}")
{
    /// <summary>128 + the signal's number, as a shell has it.</summary>
    public int ExitCode { get; } = ExitCodeOf(signal);

    /// <summary>128 + the signal's number.</summary>
    public static int ExitCodeOf(int signal) => 128 + signal;
}
