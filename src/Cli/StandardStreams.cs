using System.Runtime.InteropServices;
using System.Text;

namespace CrCache.Cli;

/// <summary>
/// The three streams that every program is given. Where its starter has closed one, .NET and what it opens get that number: standard input would be
/// random bytes without end, and what is said would be written into somebody's file. Such a start is begun anew, with nothing in the gap.
/// </summary>
internal static unsafe partial class StandardStreams
{
    private const int Count = 3;
    private const int GetFlags = 1;
    private const int CloseOnExec = 1;
    private const int ReadWrite = 2;
    private const int BrokenPipe = 13;
    private const string Null = "/dev/null";
    private const string Library = "libc";

    /// <summary>Returns where all three are there; else this process becomes the same program with the same arguments, and all three.</summary>
    public static void Require()
    {
        var isComplete = true;
        for (var stream = 0; stream < Count; stream++)
            isComplete &= IsGiven(stream);
        if (isComplete)
            return;
        var words = File.ReadAllBytes("/proc/self/cmdline");
        for (var stream = 0; stream < Count; stream++)
        {
            if (!IsGiven(stream))
                Fill(stream);
        }

        // .NET ignores it, and the program that takes over would take that for its starter's wish.
        _ = SetSignal(BrokenPipe, 0);
        fixed (byte* first = words)
        fixed (byte* program = "/proc/self/exe\0"u8)
        {
            var arguments = stackalloc byte*[words.AsSpan().Count((byte)0) + 1];
            var next = 0;
            for (var at = 0; at < words.Length; at += words.AsSpan(at).IndexOf((byte)0) + 1)
                arguments[next++] = first + at;
            arguments[next] = null;
            _ = Execute(program, arguments);
        }
    }

    // What was handed over is open after exec; what this process has opened itself is not meant to be.
    private static bool IsGiven(int stream) => Control(stream, GetFlags, 0) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    private static void Fill(int stream)
    {
        fixed (byte* path = Encoding.ASCII.GetBytes(Null + '\0'))
        {
            var opened = Open(path, ReadWrite);
            if (opened == stream || opened < 0)
                return;
            _ = Duplicate(opened, stream);
            _ = Close(opened);
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport(Library, EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport(Library, EntryPoint = "open")]
    private static partial int Open(byte* path, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport(Library, EntryPoint = "dup2")]
    private static partial int Duplicate(int descriptor, int target);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport(Library, EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport(Library, EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint handler);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport(Library, EntryPoint = "execv")]
    private static partial int Execute(byte* path, byte** arguments);
}
