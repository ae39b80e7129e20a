using System.Runtime.InteropServices;
using System.Text;

namespace CrCache.Cli;

/// <summary>
/// Writes to an open descriptor. Unlike the console's streams it tells when nobody reads any more, which whoever hands out
/// a lease must know, and it does nothing to a terminal.
/// </summary>
internal static partial class Descriptor
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BrokenPipe = 32;

    /// <summary>Writes all of a text.</summary>
    /// <exception cref="OutputClosedException">Nobody reads it.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(int descriptor, string text) => Write(descriptor, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes all of what is bytes anyway.</summary>
    /// <inheritdoc cref="Write(int, string)" path="/exception"/>
    public static void Write(int descriptor, ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            var written = WriteDescriptor(descriptor, in MemoryMarshal.GetReference(rest), rest.Length);
            if (written >= 0)
                rest = rest[(int)written..];
            else
                Survive(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Returns once nobody reads from a pipe any more; of anything else, never.</summary>
    public static void WaitForReadersEnd(int descriptor)
    {
        // Asked for no event, the kernel reports only the end.
        var wait = new PollEntry { Descriptor = descriptor };
        while (Poll(ref wait, 1, timeout: -1) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
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
                throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteDescriptor(int descriptor, ref readonly byte bytes, nint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollEntry entries, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
