using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>
/// Copies what a file holds without it passing through this process, where the kernel can: blocks are shared where the file system can do
/// that (btrfs, xfs), else copied by the file system, else by the kernel. Holes stay holes.
/// </summary>
internal static unsafe partial class KernelCopy
{
    private const nuint CloneNumber = 0x40049409;
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchAddress = 6;

    // Between two of them it can be given up.
    private const int Portion = 64 * 1024 * 1024;
    private const int BufferSize = 1024 * 1024;
    private const int SmallSize = 32 * 1024;

    // That it is not done this way, whatever the files hold: EPERM, EINTR, EXDEV, EINVAL, ENOSYS, EOPNOTSUPP.
    private static readonly int[] Impossible = [1, 4, 18, 22, 38, 95];

    /// <summary>Copies a file.</summary>
    /// <param name="from">The file, open to be read.</param>
    /// <param name="to">A new file, empty, open to be written.</param>
    /// <param name="meter">Counts what is copied.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static void Run(SafeFileHandle from, SafeFileHandle to, CopyMeter meter, CancellationToken cancellationToken)
    {
        if (Small(from, to, meter) || Clone(to, CloneNumber, from) == 0)
            return;

        // The kernel's own files, such as those of /proc, say that they hold nothing.
        var length = RandomAccess.GetLength(from);
        if (length == 0)
        {
            Read(from, to, 0, long.MaxValue, cancellationToken);
            return;
        }

        for (long at = 0; at < length;)
        {
            var (start, end) = Data(from, at, length);
            if (CopyRange(from, to, start, end, meter, cancellationToken) < end)
                return;
            at = end;
        }

        if (RandomAccess.GetLength(to) < length)
            RandomAccess.SetLength(to, length);
    }

    /// <summary>Copies what fits a small buffer: the calls that others need cost more than its bytes.</summary>
    /// <returns>False where it is longer, and nothing has been done.</returns>
    private static bool Small(SafeFileHandle from, SafeFileHandle to, CopyMeter meter)
    {
        var buffer = stackalloc byte[SmallSize];
        var length = ReadAt(from, buffer, SmallSize, 0);
        if (length is <= 0 or SmallSize || ReadAt(from, buffer + length, (nuint)(SmallSize - length), length) != 0)
            return false;
        if (WriteAt(to, buffer, (nuint)length, 0) != length)
            throw DirectoryCalls.Failure();
        meter.Add(length);
        return true;
    }

    /// <summary>The parts of a file that are no holes; null where it cannot be told, or it has none.</summary>
    public static IReadOnlyList<FilePart>? Parts(SafeFileHandle file, long length)
    {
        List<FilePart> parts = [];
        for (long at = 0; at < length;)
        {
            var (start, end) = Data(file, at, length);
            if (end > start)
                parts.Add(new(start, end - start));
            at = end;
        }

        return parts is [{ Start: 0 } all] && all.Length == length ? null : parts;
    }

    /// <summary>The next part that is no hole; an empty one at the end where there is none.</summary>
    private static (long Start, long End) Data(SafeFileHandle file, long at, long length)
    {
        var start = Seek(file, at, SeekData);
        if (start < 0)
            return Marshal.GetLastPInvokeError() == NoSuchAddress ? (length, length) : (at, length);
        var end = Seek(file, start, SeekHole);
        return (Math.Min(start, length), end < 0 ? length : Math.Min(end, length));
    }

    /// <summary>Copies a part, in the best way there is.</summary>
    /// <returns>Where it ended: before its end where the file has become shorter.</returns>
    private static long CopyRange(SafeFileHandle from, SafeFileHandle to, long start, long end, CopyMeter meter, CancellationToken cancellationToken)
    {
        var at = start;
        foreach (var call in (Func<SafeFileHandle, SafeFileHandle, long, nuint, nint>[])[InFileSystem, InKernel])
        {
            nint copied = 1;
            while (at < end && copied > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                copied = call(from, to, at, (nuint)Math.Min(end - at, Portion));
                if (copied < 0 && !Impossible.Contains(Marshal.GetLastPInvokeError()))
                    throw new IOException(Marshal.GetLastPInvokeErrorMessage());
                at += Math.Max(copied, 0);
                meter.Add(Math.Max(copied, 0));
            }
        }

        return Read(from, to, at, end, cancellationToken);
    }

    private static nint InFileSystem(SafeFileHandle from, SafeFileHandle to, long at, nuint count)
    {
        long source = at, target = at;
        return CopyFileRange(from, &source, to, &target, count, 0);
    }

    private static nint InKernel(SafeFileHandle from, SafeFileHandle to, long at, nuint count)
    {
        var source = at;
        return Seek(to, at, 0) < 0 ? -1 : SendFile(to, from, &source, count);
    }

    private static long Read(SafeFileHandle from, SafeFileHandle to, long start, long end, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var at = start;
            while (at < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = RandomAccess.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
                if (count == 0)
                    return at;
                RandomAccess.Write(to, buffer.AsSpan(0, count), at);
                at += count;
            }

            return at;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static partial nint ReadAt(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint WriteAt(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Clone(SafeFileHandle to, nuint number, SafeFileHandle from);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(SafeFileHandle from, long* source, SafeFileHandle to, long* target, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFile(SafeFileHandle to, SafeFileHandle from, long* source, nuint length);
}
