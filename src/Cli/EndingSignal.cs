using System.Runtime.InteropServices;

namespace CrCache.Cli;

/// <summary>A signal that asks a program to end.</summary>
/// <param name="Signal">As .NET names it.</param>
/// <param name="Number">As the system does.</param>
internal readonly record struct EndingSignal(PosixSignal Signal, int Number)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<EndingSignal> All { get; } =
    [
        new(PosixSignal.SIGHUP, 1),
        new(PosixSignal.SIGINT, 2),
        new(PosixSignal.SIGQUIT, 3),
        new(PosixSignal.SIGTERM, 15),
    ];
}
