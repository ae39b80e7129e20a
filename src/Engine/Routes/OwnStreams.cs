using System.Runtime.InteropServices;

namespace CrCache.Routes;

/// <summary>
/// This process's standard streams as they are. .NET's own input sets a terminal up in its own way and shows what is typed, its output takes a pipe that
/// nobody reads for one that swallows everything, and a FileStream writes to a file at a place of its own.
/// </summary>
internal static unsafe class OwnStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int TryAgain = 11;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Reads bytes of standard input; waits for some.</summary>
    /// <returns>How many; 0 at the end, and where there is nothing to read from.</returns>
    public static int Read(Span<byte> buffer)
    {
        while (true)
        {
            nint count;
            fixed (byte* start = buffer)
                count = Libc.Read(Input, start, (nuint)buffer.Length);
            if (count >= 0)
                return (int)count;
            if (!IsPassing(Marshal.GetLastPInvokeError()))
                return 0;
        }
    }

    /// <summary>Writes bytes to standard output; waits for whoever reads them.</summary>
    /// <exception cref="IOException">Nobody does, or there is no room; its HResult is the error's number.</exception>
    public static void Write(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            nint written;
            fixed (byte* start = data)
                written = Libc.Write(Output, start, (nuint)data.Length);
            if (written >= 0)
                data = data[(int)written..];
            else if (Marshal.GetLastPInvokeError() is var error && !IsPassing(error))
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    /// <summary>Whether it is worth trying again; waits a moment where somebody has set the terminal or pipe so that it never waits itself.</summary>
    private static bool IsPassing(int error)
    {
        if (error == TryAgain)
            Thread.Sleep(Pause);
        return error is TryAgain or Libc.Interrupted;
    }
}
