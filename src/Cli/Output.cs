using System.Runtime.InteropServices;
using System.Text;

namespace CrCache.Cli;

/// <summary>
/// Standard output, written at once and to the end. Unlike the console's stream it tells when nobody reads any more,
/// which whoever hands out a lease must know.
/// </summary>
internal static partial class Output
{
    private const int StandardOutput = 1;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BrokenPipe = 32;

    /// <summary>Writes a line.</summary>
    /// <exception cref="OutputClosedException">Nobody reads it.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Line(string text) => Write(text + "\n");

    /// <summary>Writes text as it is.</summary>
    /// <inheritdoc cref="Line" path="/exception"/>
    public static void Write(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (rest.Length > 0)
        {
            var written = WriteDescriptor(StandardOutput, in MemoryMarshal.GetReference(rest), rest.Length);
            if (written >= 0)
                rest = rest[(int)written..];
            else
                Survive(Marshal.GetLastPInvokeError());
        }
    }

    private static void Survive(int error)
    {
        switch (error)
        {
            case Interrupted:
                break;
            case TryAgain:
                // Somebody made the pipe non-blocking; its reader is only slow.
                Thread.Sleep(1);
                break;
            case BrokenPipe:
                throw new OutputClosedException();
            default:
                throw new IOException($"cannot write to standard output: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteDescriptor(int descriptor, ref readonly byte bytes, nint length);
}
