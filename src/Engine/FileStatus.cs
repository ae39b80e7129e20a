using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache;

/// <summary>What the kernel says of a file, where .NET says less. All offsets are those of struct statx.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal partial struct FileStatus
{
    /// <summary>How many names it has; none once it is deleted.</summary>
    [FieldOffset(16)]
    public uint Links;

    /// <summary>Its owner's number.</summary>
    [FieldOffset(20)]
    public uint User;

    /// <summary>Its group's number.</summary>
    [FieldOffset(24)]
    public uint Group;

    /// <summary>Its type and permissions.</summary>
    [FieldOffset(28)]
    public ushort Mode;

    /// <summary>Its number on its file system.</summary>
    [FieldOffset(32)]
    public ulong Inode;

    /// <summary>Its size in bytes.</summary>
    [FieldOffset(40)]
    public long Size;

    /// <summary>The blocks of 512 bytes that it takes: fewer than it has bytes where it has holes.</summary>
    [FieldOffset(48)]
    public long Blocks;

    /// <summary>When it was last changed in any way, by this machine's clock: seconds since 1970.</summary>
    [FieldOffset(96)]
    public long ChangedSeconds;

    /// <summary>When it was modified: seconds since 1970.</summary>
    [FieldOffset(112)]
    public long ModifiedSeconds;

    /// <summary>And nanoseconds of that second.</summary>
    [FieldOffset(120)]
    public uint ModifiedNanoseconds;

    /// <summary>Its file system.</summary>
    [FieldOffset(136)]
    public ulong Device;

    private const int TypeMask = 0xf000;
    private const int RegularFile = 0x8000;
    private const int DirectoryType = 0x4000;
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int Itself = 0x1000;
    private const uint BasicStatistics = 0x7ff;
    private const int NoEntry = 2;
    private const int NotDirectory = 20;

    /// <summary>Whether it is a file of bytes: no directory, device, pipe or socket.</summary>
    public readonly bool IsRegular => (Mode & TypeMask) == RegularFile;

    /// <summary>Whether it is a directory.</summary>
    public readonly bool IsDirectory => (Mode & TypeMask) == DirectoryType;

    /// <summary>Looks at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="follow">Whether a link at its end is followed.</param>
    /// <returns>What is there; null for nothing.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public static FileStatus? Of(string path, bool follow = true) => Of(CurrentDirectory, path, follow ? 0 : NoFollow);

    /// <summary>Looks at a name in an open directory; a link is looked at itself.</summary>
    /// <inheritdoc cref="Of(string, bool)"/>
    public static FileStatus? In(SafeFileHandle directory, string name) => Of((int)directory.DangerousGetHandle(), name, NoFollow);

    /// <summary>Looks at what is open.</summary>
    /// <exception cref="IOException">It cannot be told.</exception>
    public static FileStatus Of(SafeFileHandle file) => Of((int)file.DangerousGetHandle(), "", Itself) ?? throw new FileNotFoundException();

    private static FileStatus? Of(int directory, string path, int flags)
    {
        if (StatX(directory, path, flags, BasicStatistics, out var status) == 0)
        {
            return status;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotDirectory ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    // statx(2) and not stat(2): its layout is the same on every architecture and C library.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out FileStatus status);
}
