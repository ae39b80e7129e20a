using System.Runtime.InteropServices;

namespace CrCache.Routes;

/// <summary>
/// This process's standard output as it is. .NET's own stream takes a pipe that nobody reads for one that swallows everything, and a FileStream writes to a
/// file at a place of its own.
/// </summary>
internal static unsafe class OwnOutput
{
    private const int Descriptor = 1;
    private const int TryAgain = 11;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Writes bytes; waits for whoever reads them.</summary>
    /// <exception cref="IOException">Nobody does, or there is no room.</exception>
    public static void Write(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            nint written;
            fixed (byte* start = data)
                written = Libc.Write(Descriptor, start, (nuint)data.Length);
            if (written >= 0)
                data = data[(int)written..];
            else if (Marshal.GetLastPInvokeError() is var error && error == TryAgain)
                Thread.Sleep(Pause); // somebody has set the terminal or pipe so
            else if (error != Libc.Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }
}
