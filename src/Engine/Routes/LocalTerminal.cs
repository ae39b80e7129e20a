using System.Runtime.InteropServices;
using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>
/// This process's terminal, lent to one at the other end: keys and output pass as they are, and it tells its size. It is given back as it was, however
/// the command or this process ends; but nobody can do so after SIGKILL.
/// </summary>
internal sealed unsafe class LocalTerminal : IDisposable
{
    private const int WhenWritten = 1; // TCSADRAIN
    private const int GetSize = 0x5413; // TIOCGWINSZ
    private const int DefaultColumns = 80;
    private const int DefaultRows = 24;

    private readonly byte[] _before = new byte[Libc.OpaqueSize];
    private readonly PosixSignalRegistration[] _registrations;
    private Action<int, int>? _resized;
    private int _restored;

    private LocalTerminal()
    {
        fixed (byte* before = _before)
            _ = Libc.GetTerminal(0, before);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Tell()),
            .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(s => PosixSignalRegistration.Create(s, _ => Restore())),
        ];
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        var raw = (byte[])_before.Clone();
        fixed (byte* settings = raw)
        {
            Libc.MakeRaw(settings);
            _ = Libc.SetTerminal(0, WhenWritten, settings);
        }
    }

    /// <summary>What the other end is told about it.</summary>
    public static SshTerminal Describe()
    {
        var (columns, rows) = Size();
        return new(Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } type ? type : "dumb", columns, rows);
    }

    /// <summary>Borrows it.</summary>
    /// <returns>Null where standard input is no terminal.</returns>
    public static LocalTerminal? Borrow() => Libc.IsTerminal(0) != 0 ? new() : null;

    /// <summary>Says who is told a new size.</summary>
    public void Connect(Action<int, int> resized)
    {
        _resized = resized;
        Tell();
    }

    public void Dispose()
    {
        Restore();
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private static (int Columns, int Rows) Size()
    {
        var size = stackalloc ushort[4];
        return Libc.Control(0, GetSize, size) == 0 && size[0] > 0 && size[1] > 0 ? (size[1], size[0]) : (DefaultColumns, DefaultRows);
    }

    private void OnExit(object? sender, EventArgs e) => Restore();

    private void Tell()
    {
        var (columns, rows) = Size();
        _resized?.Invoke(columns, rows);
    }

    private void Restore()
    {
        if (Interlocked.Exchange(ref _restored, 1) != 0)
            return;
        fixed (byte* before = _before)
            _ = Libc.SetTerminal(0, WhenWritten, before);
    }
}
