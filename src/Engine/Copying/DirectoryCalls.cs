using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>The C library's calls for names in an open directory. They take any name, where .NET takes what is UTF-8.</summary>
internal static unsafe partial class DirectoryCalls
{
    public const int CurrentDirectory = -100;
    public const int CloseOnExec = 0x80000;
    public const int NewFile = 0xC1; // O_WRONLY | O_CREAT | O_EXCL
    public const int RemoveDirectory = 0x200;
    public const int Shared = 1 | 4; // LOCK_SH | LOCK_NB
    public const int Exclusive = 2 | 4; // LOCK_EX | LOCK_NB
    public const int Unlocked = 8;

    private const int NoEntry = 2;
    private const int AccessDenied = 13;
    private const int NotPermitted = 1;

    // struct dirent of 64-bit Linux, for glibc as for musl: d_ino, d_off, d_reclen, d_type, d_name.
    private const int NameOffset = 19;

    /// <summary>What the last call that failed says.</summary>
    public static Exception Failure() => Failure(Marshal.GetLastPInvokeError());

    /// <summary>What an error number says.</summary>
    public static Exception Failure(int error) => error switch
    {
        NoEntry => new FileNotFoundException(),
        AccessDenied => new UnauthorizedAccessException(),
        NotPermitted => new UnauthorizedAccessException(Marshal.GetPInvokeErrorMessage(error)),
        _ => new IOException(Marshal.GetPInvokeErrorMessage(error), error),
    };

    /// <summary>Requires that a call succeeded.</summary>
    public static void Require(int result)
    {
        if (result != 0)
            throw Failure();
    }

    /// <summary>The names in a directory but <c>.</c> and <c>..</c>, in no order.</summary>
    /// <param name="directory">A descriptor that may be read; it is closed.</param>
    public static List<string> Names(int directory)
    {
        var stream = OpenStream(directory);
        if (stream == 0)
        {
            var failure = Failure();
            _ = Close(directory);
            throw failure;
        }

        List<string> names = [];
        try
        {
            while (Read(stream) is var entry && entry is not null)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add(FileName.Decode(name));
            }

            return Marshal.GetLastPInvokeError() is 0 ? names : throw Failure();
        }
        finally
        {
            _ = CloseStream(stream);
        }
    }

    // A variadic function, but none of its arguments is a float: the same on x64 and arm64 Linux.
    [LibraryImport("libc", EntryPoint = "openat", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    public static partial int Open(int directory, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    public static partial int MakeDirectory(SafeFileHandle directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    public static partial int MakeLink(string target, SafeFileHandle directory, string name);

    [LibraryImport("libc", EntryPoint = "readlinkat", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    public static partial nint ReadLink(int directory, string name, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "renameat", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    public static partial int Rename(SafeFileHandle directory, string name, SafeFileHandle newDirectory, string newName);

    [LibraryImport("libc", EntryPoint = "unlinkat", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    public static partial int Remove(SafeFileHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "linkat", StringMarshallingCustomType = typeof(FileName.Marshaller), SetLastError = true)]
    public static partial int HardLink(int directory, string file, SafeFileHandle newDirectory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int SetMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    private static partial nint OpenStream(int directory);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial byte* Read(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseStream(nint stream);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
