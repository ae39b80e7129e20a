using System.Runtime.InteropServices;
using CrCache.Lab;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Bench;

/// <summary>Makes small writes durable, one after another, as a log does: the bound of every store that keeps its word.</summary>
internal sealed partial class DurableWrites : IDisposable
{
    private const int Pages = 16 << 10;

    private readonly TemporaryDirectory _directory = new();
    private readonly SafeFileHandle _file;
    private readonly byte[] _page = new byte[4096];
    private long _writes;

    public DurableWrites() => _file = File.OpenHandle(
        _directory.Combine("log"), FileMode.CreateNew, FileAccess.Write, preallocationSize: Pages * 4096L);

    public void Write()
    {
        RandomAccess.Write(_file, _page, _writes++ % Pages * _page.Length);
        if (DataSync(_file) != 0)
            throw new InvalidOperationException($"fdatasync: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);
}
