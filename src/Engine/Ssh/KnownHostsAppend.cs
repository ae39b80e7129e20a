using System.Runtime.InteropServices;
using System.Text;

namespace CrCache.Ssh;

/// <summary>Adds lines to a file of known hosts: each in one write at the end, whoever else writes to it, and one process at a time looks before it writes.</summary>
internal sealed partial class KnownHostsAppend : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int ReadWriteAppend = 0x2 | 0x40 | 0x400 | CloseOnExec; // and created
    private const uint OwnerOnly = 0x180;
    private const int Exclusive = 2;
    private const int Interrupted = 4;
    private readonly int _descriptor;
    private readonly int _directory;

    private KnownHostsAppend(int descriptor, int directory) => (_descriptor, _directory) = (descriptor, directory);

    /// <summary>Opens a file, which is made where it is missing, and keeps others out.</summary>
    /// <exception cref="IOException">It cannot be opened for writing.</exception>
    public static KnownHostsAppend Open(string path)
    {
        var place = Path.GetDirectoryName(path) ?? "/";
        if (!Directory.Exists(place))
        {
            Directory.CreateDirectory(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var descriptor = Open(path, ReadWriteAppend, OwnerOnly);
        Require(descriptor);

        // Not the file is locked but where it is: whoever reads the file would be refused. Where there are no locks, as on some networks'
        // file systems, a line too many does no harm.
        var directory = Open(place, CloseOnExec, 0);
        while (directory >= 0 && Lock(directory, Exclusive) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }

        return new(descriptor, directory);
    }

    /// <summary>Adds a line; one before it that has no end gets one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(string line)
    {
        var last = new byte[1];
        var size = Seek(_descriptor, 0, 2);
        var begins = size <= 0 || ReadAt(_descriptor, last, 1, size - 1) != 1 || last[0] == '\n' ? "" : "\n";
        var bytes = Encoding.UTF8.GetBytes($"{begins}{line}\n");
        var written = Write(_descriptor, bytes, bytes.Length);
        Require(written);
        if (written != bytes.Length)
        {
            throw new IOException("No space left on device");
        }
    }

    /// <summary>Lets others in.</summary>
    public void Dispose()
    {
        _ = Close(_descriptor);
        if (_directory >= 0)
        {
            _ = Close(_directory);
        }
    }

    private static void Require(nint result)
    {
        if (result < 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(int descriptor, long offset, int from);

    [LibraryImport("libc", EntryPoint = "pread")]
    private static partial nint ReadAt(int descriptor, [Out] byte[] bytes, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte[] bytes, nint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
