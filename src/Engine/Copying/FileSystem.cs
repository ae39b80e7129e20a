using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>The C library's calls for files, where .NET cannot tell a pipe from a file or set a link's time.</summary>
internal static unsafe partial class FileSystem
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int Follow = 0x400;
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
            ? CopyEntry.Of(name, status.Mode, status.Size, (status.ModifiedSeconds * Second) + status.ModifiedNanoseconds)
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
            return Marshal.PtrToStringUTF8(real)!;
        }
        finally
        {
            Free(real);
        }
    }

    /// <summary>Sets when a file, directory or link itself was modified.</summary>
    /// <param name="path">The path.</param>
    /// <param name="modified">Nanoseconds since 1970.</param>
    public static void SetModified(string path, long modified)
    {
        var times = stackalloc long[4];
        Times(modified, times);
        Require(SetTimes(CurrentDirectory, path, times, NoFollow));
    }

    /// <summary>Sets when an open file was modified.</summary>
    public static void SetModified(SafeFileHandle file, long modified)
    {
        var times = stackalloc long[4];
        Times(modified, times);
        Require(SetTimes(file, times));
    }

    /// <summary>Gives a file that is held another name.</summary>
    /// <returns>Whether that could be done: not across file systems.</returns>
    public static bool TryHardLink(HeldEntry file, string name) => Link(CurrentDirectory, file.Link, CurrentDirectory, name, Follow) == 0;

    private static void Times(long modified, long* times)
    {
        var seconds = Math.DivRem(modified, Second, out var nanoseconds);
        if (nanoseconds < 0)
            (seconds, nanoseconds) = (seconds - 1, nanoseconds + Second);
        (times[0], times[1], times[2], times[3]) = (0, LeaveTime, seconds, nanoseconds);
    }

    private static void Require(int result)
    {
        if (result != 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", EntryPoint = "utimensat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int SetTimes(int directory, string path, long* times, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static partial int SetTimes(SafeFileHandle file, long* times);

    [LibraryImport("libc", EntryPoint = "linkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(int directory, string file, int newDirectory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint ResolvePath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint memory);
}
