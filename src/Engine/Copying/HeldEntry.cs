using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>
/// A file or directory that is held open, so that nobody can put another in its place between two looks at it. Nothing is read or written
/// through what is held itself; it gives names that lead to it, whatever becomes of its path.
/// </summary>
internal sealed partial class HeldEntry : IDisposable
{
    // O_PATH and O_CLOEXEC are the same everywhere, O_DIRECTORY and O_NOFOLLOW are not.
    private const int CurrentDirectory = -100;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int NoEntry = 2;
    private const int NotDirectory = 20;
    private const int TooManyLinks = 40;
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private readonly SafeFileHandle _handle;

    private HeldEntry(SafeFileHandle handle) => _handle = handle;

    /// <summary>A name of it for this process, as long as it is held: a link of the kernel's, which leads to it whatever is done to its path.</summary>
    public string Link => $"/proc/self/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Where it is now.</summary>
    public string RealPath => new FileInfo(Link).LinkTarget ?? throw new IOException("it cannot be told where it is");

    /// <summary>A name of something in it.</summary>
    public string Of(string name) => $"{Link}/{name}";

    /// <summary>Holds a directory of this machine.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="follow">Whether a link at its end is followed; any other is.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="IOException">It cannot be told, or not be entered.</exception>
    public static HeldEntry? Directory(string path, bool follow) => Open(CurrentDirectory, path, DirectoryOnly | (follow ? 0 : NoFollow));

    /// <summary>Holds a directory that is in it itself, not through a link.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public HeldEntry? Child(string name) => Open((int)_handle.DangerousGetHandle(), name, DirectoryOnly | NoFollow);

    /// <summary>Holds whatever is at a path; a link at its end is held itself.</summary>
    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public static HeldEntry? Any(string path) => Open(CurrentDirectory, path, NoFollow);

    /// <summary>Opens the file that is held.</summary>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public SafeFileHandle Read() => File.OpenHandle(Link, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public void Dispose() => _handle.Dispose();

    private static HeldEntry? Open(int directory, string path, int flags)
    {
        var descriptor = OpenAt(directory, path, PathOnly | CloseOnExec | flags);
        if (descriptor >= 0)
            return new(new SafeFileHandle(descriptor, ownsHandle: true));
        var error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotDirectory or TooManyLinks ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    // A variadic function, but called with three arguments of which none is a float: the same on x64 and arm64 Linux.
    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenAt(int directory, string path, int flags);
}
