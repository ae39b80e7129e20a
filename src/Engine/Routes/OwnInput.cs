using System.Runtime.InteropServices;

namespace CrCache.Routes;

/// <summary>This process's standard input as it is. .NET's own stream of a terminal sets that up in its own way, and shows what is typed.</summary>
internal static unsafe class OwnInput
{
    private const int Descriptor = 0;
    private const int TryAgain = 11;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Reads bytes; waits for some.</summary>
    /// <returns>How many; 0 at the end, and where there is nothing to read from.</returns>
    public static int Read(Span<byte> buffer)
    {
        while (true)
        {
            nint count;
            fixed (byte* start = buffer)
                count = Libc.Read(Descriptor, start, (nuint)buffer.Length);
            if (count >= 0)
                return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error == TryAgain)
                Thread.Sleep(Pause); // somebody has set the terminal or pipe so
            else if (error != Libc.Interrupted)
                return 0;
        }
    }
}
