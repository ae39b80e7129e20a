using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>The C library's calls for files, where .NET cannot tell a pipe from a file or set a link's time.</summary>
internal static unsafe partial class FileSystem
{
    private const int NoFollow = 0x100;
    private const long Second = 1_000_000_000;
    private const long LeaveTime = (1L << 30) - 2;

    /// <summary>Looks at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="name">What the entry is called.</param>
    /// <param name="follow">Whether a link at its end is followed.</param>
    /// <returns>What is there; null for nothing.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public static CopyEntry? Look(string path, string name, bool follow = false) =>
        FileStatus.Of(path, follow) is { } status
            ? CopyEntry.Of(name, status)
            : null;

    /// <summary>A path without links and dots.</summary>
    /// <exception cref="IOException">There is no such thing.</exception>
    public static string RealPath(string path)
    {
        var real = ResolvePath(path, 0);
        if (real == 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        try
        {
            return FileName.Decode(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)real));
        }
        finally
        {
            Free(real);
        }
    }

    /// <summary>Sets when something in a directory was modified; a link is none of what it leads to.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">Its name in it.</param>
    /// <param name="modified">Nanoseconds since 1970.</param>
    public static void SetModified(SafeFileHandle directory, string name, long modified)
    {
        var times = stackalloc long[4];
        Times(modified, times);
        DirectoryCalls.Require(SetTimes(directory, name, times, NoFollow));
    }

    /// <summary>Sets when an open file was modified.</summary>
    public static void SetModified(SafeFileHandle file, long modified)
    {
        var times = stackalloc long[4];
        Times(modified, times);
        DirectoryCalls.Require(SetTimes(file, times));
    }

    private static void Times(long modified, long* times)
    {
        var seconds = Math.DivRem(modified, Second, out var nanoseconds);
        if (nanoseconds < 0)
            (seconds, nanoseconds) = (seconds - 1, nanoseconds + Second);
        (times[0], times[1], times[2], times[3]) = (0, LeaveTime, seconds, nanoseconds);
    }

    [LibraryImport("libc", EntryPoint = "utimensat", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    private static partial int SetTimes(SafeFileHandle directory, string name, long* times, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static partial int SetTimes(SafeFileHandle file, long* times);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    private static partial nint ResolvePath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint memory);
}
