using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>
/// A file or directory that is held open, so that nobody can put another in its place between two looks at it. Nothing is read or written
/// through what is held itself; names in a directory are looked up from it, whatever becomes of its path.
/// </summary>
internal sealed class HeldEntry : IDisposable
{
    // O_PATH and O_CLOEXEC are the same everywhere, O_DIRECTORY and O_NOFOLLOW are not.
    private const int PathOnly = 0x200000;
    private const int NoEntry = 2;
    private const int NotDirectory = 20;
    private const int TooManyLinks = 40;
    private const int LongestTarget = 4096;
    private const int Follow = 0x400;
    private const UnixFileMode OwnersAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const uint OwnFile = 0b110_000_000;
    private const uint OwnDirectory = 0b111_000_000;
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private readonly SafeFileHandle _handle;

    private HeldEntry(SafeFileHandle handle) => _handle = handle;

    /// <summary>A name of it for this process, as long as it is held: a link of the kernel's, which leads to it whatever is done to its path.</summary>
    public string Link => $"/proc/self/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Where it is now.</summary>
    public string RealPath => Target(DirectoryCalls.CurrentDirectory, Link) ?? throw new IOException("it cannot be told where it is");

    /// <summary>What the kernel says of it.</summary>
    /// <exception cref="IOException">It cannot be told.</exception>
    public FileStatus Status => FileStatus.Of(_handle);

    /// <summary>Holds a directory of this machine.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="follow">Whether a link at its end is followed; any other is.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="IOException">It cannot be told, or not be entered.</exception>
    public static HeldEntry? Directory(string path, bool follow) => Open(DirectoryCalls.CurrentDirectory, path, DirectoryOnly | (follow ? 0 : NoFollow));

    /// <summary>Holds a directory that is in it itself, not through a link.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public HeldEntry? Child(string name) => Open((int)_handle.DangerousGetHandle(), name, DirectoryOnly | NoFollow);

    /// <summary>Holds whatever is in it under a name; a link is held itself.</summary>
    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public HeldEntry? Entry(string name) => Open((int)_handle.DangerousGetHandle(), name, NoFollow);

    /// <summary>Holds the same once more.</summary>
    public HeldEntry Again() => new(Handle(Routes.Libc.DuplicateFrom((int)_handle.DangerousGetHandle(), Routes.Libc.DuplicateCloseOnExec, 0)));

    /// <summary>Opens the file that is held.</summary>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public SafeFileHandle Read() => Handle(DirectoryCalls.Open(DirectoryCalls.CurrentDirectory, Link, DirectoryCalls.CloseOnExec, 0));

    /// <summary>What the kernel says of what is in it under a name; null where there is nothing.</summary>
    public FileStatus? StatusOf(string name) => FileStatus.In(_handle, name);

    /// <summary>What is in it under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="path">What the entry is called.</param>
    /// <returns>Null where there is nothing.</returns>
    public CopyEntry? Look(string name, string path) => FileStatus.In(_handle, name) is { } status ? CopyEntry.Of(path, status) : null;

    /// <summary>Where a link in it leads; null where it is none.</summary>
    public string? LinkTarget(string name) => Target((int)_handle.DangerousGetHandle(), name);

    /// <summary>The names in it, in no order.</summary>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public List<string> Names()
    {
        var descriptor = DirectoryCalls.Open((int)_handle.DangerousGetHandle(), ".", DirectoryOnly | DirectoryCalls.CloseOnExec, 0);
        return descriptor >= 0 ? DirectoryCalls.Names(descriptor) : throw DirectoryCalls.Failure();
    }

    /// <summary>Makes a file in it that its owner alone may read.</summary>
    /// <exception cref="IOException">It cannot be made, or there is one.</exception>
    public SafeFileHandle Create(string name) => Handle(DirectoryCalls.Open((int)_handle.DangerousGetHandle(), name, DirectoryCalls.NewFile | DirectoryCalls.CloseOnExec, OwnFile));

    /// <summary>Makes a directory in it that its owner alone may enter.</summary>
    public void MakeDirectory(string name) => DirectoryCalls.Require(DirectoryCalls.MakeDirectory(_handle, name, OwnDirectory));

    /// <summary>Makes a link in it.</summary>
    public void MakeLink(string name, string target, long? modified = null)
    {
        DirectoryCalls.Require(DirectoryCalls.MakeLink(target, _handle, name));
        if (modified is { } time)
            FileSystem.SetModified(_handle, name, time);
    }

    /// <summary>Gives a file that is held a name in it.</summary>
    /// <returns>Whether that could be done: not across file systems.</returns>
    public bool TryHardLink(HeldEntry file, string name) => DirectoryCalls.HardLink(DirectoryCalls.CurrentDirectory, file.Link, _handle, name, Follow) == 0;

    /// <summary>Renames what is in it; what has the new name is replaced.</summary>
    public void Rename(string name, string newName) => DirectoryCalls.Require(DirectoryCalls.Rename(_handle, name, _handle, newName));

    /// <summary>Sets the mode and time of a directory that is held.</summary>
    public void Set(int mode, long modified)
    {
        using var opened = Handle(DirectoryCalls.Open((int)_handle.DangerousGetHandle(), ".", DirectoryOnly | DirectoryCalls.CloseOnExec, 0));
        FileSystem.SetModified(opened, modified);
        DirectoryCalls.Require(DirectoryCalls.SetMode(opened, (uint)mode));
    }

    /// <summary>Removes what is in it under a name, a directory with all that is in it. No link is followed.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public void Remove(string name)
    {
        if (DirectoryCalls.Remove(_handle, name, 0) == 0 || Marshal.GetLastPInvokeError() == NoEntry)
            return;
        var failure = DirectoryCalls.Failure();
        using var child = Child(name) ?? throw failure;
        if (((UnixFileMode)child.Status.Mode & OwnersAll) != OwnersAll)
            File.SetUnixFileMode(child.Link, OwnersAll);
        foreach (var below in child.Names())
            child.Remove(below);
        DirectoryCalls.Require(DirectoryCalls.Remove(_handle, name, DirectoryCalls.RemoveDirectory));
    }

    public void Dispose() => _handle.Dispose();

    private static unsafe string? Target(int directory, string name)
    {
        var buffer = stackalloc byte[LongestTarget];
        var length = DirectoryCalls.ReadLink(directory, name, buffer, LongestTarget);
        return length < 0 ? null : FileName.Decode(new(buffer, (int)length));
    }

    private static SafeFileHandle Handle(int descriptor) => descriptor >= 0 ? new(descriptor, ownsHandle: true) : throw DirectoryCalls.Failure();

    private static HeldEntry? Open(int directory, string path, int flags)
    {
        var descriptor = DirectoryCalls.Open(directory, path, PathOnly | DirectoryCalls.CloseOnExec | flags, 0);
        if (descriptor >= 0)
            return new(new SafeFileHandle(descriptor, ownsHandle: true));
        return Marshal.GetLastPInvokeError() is NoEntry or NotDirectory or TooManyLinks ? null : throw DirectoryCalls.Failure();
    }
}
