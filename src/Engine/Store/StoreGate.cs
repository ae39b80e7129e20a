using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Store;

/// <summary>
/// The OS lock that everything which opens the database holds first. SQLite's own waiting sleeps and polls, so that one busy
/// process starves all others; flock(2) queues them. It also keeps two copies of the SQLite library in one process apart: POSIX
/// locks, which SQLite uses, belong to the process, and one copy's close would drop the other's lock.
/// </summary>
internal sealed partial class StoreGate : IDisposable
{
    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int ReadWrite = 0x2;
    private const int Create = 0x40;
    private const int CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180;
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SafeFileHandle _file;

    private StoreGate(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock, if nobody has it.</summary>
    /// <returns>The lock; null where somebody has it.</returns>
    public static StoreGate? TryEnter(string path)
    {
        var file = Open(path);
        if (TryLock(file, Exclusive | NonBlocking))
        {
            return new StoreGate(file);
        }

        file.Dispose();
        return null;
    }

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="StoreException">It cannot be opened, or was not to be had for a minute: its holder is stopped or stuck.</exception>
    public static StoreGate Enter(string path)
    {
        var file = Open(path);
        if (TryLock(file, Exclusive | NonBlocking))
        {
            return new StoreGate(file);
        }

        // The waiting is in a thread of its own, because flock can neither time out nor be cancelled. A thread that gave up
        // waiting for closes the file itself, whenever it gets that far.
        var waiting = Task.Factory.StartNew(() => TryLock(file, Exclusive), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (waiting.Wait(Patience))
        {
            return new StoreGate(file);
        }

        _ = waiting.ContinueWith(_ => file.Dispose(), TaskScheduler.Default);
        throw new StoreException(
            ErrorCodes.StoreFailed,
            $"{path} has been locked for {Patience.TotalSeconds} s: another crcache process is stopped or stuck while it holds it (find it with: fuser {path})");
    }

    /// <summary>Waits for the lock, where there is one.</summary>
    /// <returns>The lock; null where it cannot be opened.</returns>
    /// <exception cref="StoreException">It was not to be had for a minute.</exception>
    public static StoreGate? EnterIfThere(string path)
    {
        try
        {
            return Enter(path);
        }
        catch (StoreException e) when (e.InnerException is IOException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Not File.OpenHandle: what it does for FileShare is the very flock that is wanted here, and it does not wait.
    private static SafeFileHandle Open(string path)
    {
        var file = Open(path, ReadWrite | Create | CloseOnExec, OwnerOnly);
        if (!file.IsInvalid)
        {
            return file;
        }

        // To be locked it need not be written.
        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        file = Open(path, CloseOnExec, OwnerOnly);
        if (!file.IsInvalid)
        {
            return file;
        }

        file.Dispose();
        throw new StoreException(
            ErrorCodes.StoreFailed,
            $"{path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}; make it writable, or free space, or set CRCACHE_HOME to another directory",
            new IOException(Marshal.GetPInvokeErrorMessage(error), error));
    }

    private static bool TryLock(SafeFileHandle file, int operation)
    {
        while (Flock(file, operation) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case WouldBlock:
                    return false;
                default:
                    throw new IOException($"flock: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
