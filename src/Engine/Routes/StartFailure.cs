using System.Runtime.InteropServices;

namespace CrCache.Routes;

/// <summary>Why a program was not started, as a shell has it.</summary>
/// <param name="ExitCode">126 or 127; <see cref="ExitCodes.Failed"/> where it is not the program's fault.</param>
/// <param name="Line">What is wrong.</param>
internal readonly record struct StartFailure(int ExitCode, string Line)
{
    private const int Searchable = 1;

    /// <summary>Reads an error number of posix_spawn, which also stands for the change of directory in it.</summary>
    public static StartFailure Of(int error, string program, string? directory) => error switch
    {
        Libc.NoEntry or Libc.NotDirectory => new(ExitCodes.NotFound, $"{program}: its interpreter was not found"),
        Libc.AccessDenied when directory is not null && Libc.Access(directory, Searchable) != 0 => new(ExitCodes.Failed, $"{directory}: permission denied"),
        Libc.AccessDenied => new(ExitCodes.NotExecutable, $"{program}: permission denied"),
        Libc.TooBig => new(ExitCodes.NotExecutable, $"{program}: arguments or environment too long (one may have 128 KiB)"),
        _ => new(ExitCodes.Failed, $"{program}: {Marshal.GetPInvokeErrorMessage(error)}"),
    };
}
