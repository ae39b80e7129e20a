using System.Runtime.InteropServices;

namespace CrCache.Routes;

/// <summary>
/// A process of this machine, started by the C library's posix_spawn: unlike the runtime's own starter it takes
/// any argv byte for byte, hands descriptors over, gives the child a session of its own and the default signals.
/// </summary>
internal sealed unsafe class ChildProcess
{
    private const int BusyTries = 20;
    private const int BusyPause = 10;
    private const int WaiterStack = 256 * 1024;
    private const int LastClassicSignal = 31;

    // Where siginfo_t says how it ended: behind three numbers, the process and its user.
    private const int EndCode = 8;
    private static readonly int EndValue = nint.Size == 8 ? 24 : 20;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<CommandResult> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _sharesTerminal;
    private readonly Stream _lifeline;
    private readonly Action? _onEnd;
    private int _keepers = 1;
    private bool _reaped;

    private ChildProcess(int id, ChildPipes pipes, ChildStart start)
    {
        (Id, Input, Output, Error) = (id, pipes.Input, pipes.Output, pipes.Error);
        (_sharesTerminal, _onEnd) = (start.SharesTerminal, start.OnEnd);
        _lifeline = pipes.Lifeline;
        new Thread(Reap, WaiterStack) { IsBackground = true, Name = "wait for a command" }.Start();
    }

    /// <summary>The process's id, and its group's unless it shares the terminal.</summary>
    public int Id { get; }

    public Stream Input { get; }

    public Stream Output { get; }

    public Stream Error { get; }

    /// <summary>Ends with the process.</summary>
    public Task<CommandResult> Ended => _ended.Task;

    /// <summary>Finds a program and starts it.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="child">The process.</param>
    /// <returns>Null, or why there is no process.</returns>
    /// <exception cref="UsageException">A word is one that the operating system cannot take.</exception>
    public static StartFailure? Start(ChildStart start, out ChildProcess? child)
    {
        child = null;
        var (name, directory) = (start.Arguments[0], start.WorkingDirectory);
        if (directory is not null && !Directory.Exists(directory))
            return new(ExitCodes.Failed, $"{directory}: no such directory");
        var code = ProgramSearch.Find(name, start.Environment, directory, out var program);
        if (code != 0)
            return new(code, code == ExitCodes.NotFound ? $"{Shown.Cut(name)}: command not found" : $"{program}: permission denied");
        try
        {
            // A file that was just written counts as open for writing while another thread's child, on its way to its own
            // program, still has this process's descriptors.
            var error = Spawn(start, program, start.Arguments, out child);
            for (var i = 0; error == Libc.TextBusy && i < BusyTries; i++)
            {
                Thread.Sleep(BusyPause);
                error = Spawn(start, program, start.Arguments, out child);
            }

            // A script without a first line that names its interpreter is the shell's, as execvp and every shell have it.
            if (error == Libc.NotExecutableFormat)
                error = Spawn(start, "/bin/sh", ["sh", program, .. start.Arguments.Skip(1)], out child);
            return error == 0 ? null : StartFailure.Of(error, program, directory);
        }
        catch (IOException e)
        {
            return new(ExitCodes.Failed, e.Message);
        }
    }

    /// <summary>Signals its group; does nothing once it has ended.</summary>
    public void Signal(int signal)
    {
        // The identifier is surely still this process's own while it has not been reaped.
        lock (_gate)
        {
            if (_reaped)
                return;
            if (!_sharesTerminal)
            {
                Libc.Kill(-Id, signal);
                return;
            }

            // The group is the caller's as well: only the command and what it started is meant. What Ctrl-C sends, the
            // terminal has sent to the whole group; twice would be read as impatience.
            if (signal is Libc.SigInterrupt or Libc.SigQuit)
                return;
            foreach (var process in ProcessStatus.Of(Id)?.WithDescendants() ?? [])
                SureSignal.Send(process, signal);
        }
    }

    /// <summary>
    /// Keeps its id, which is its group's number as well, from being given to another process until that is disposed, also after its end:
    /// what is signalled by that number meanwhile is its own. Null where that is too late.
    /// </summary>
    public IDisposable? Keep()
    {
        lock (_gate)
        {
            if (_reaped)
                return null;
            _keepers++;
            return new Keeper(this);
        }
    }

    /// <summary>Whether something of its group still runs. Asked only while it is kept.</summary>
    public bool HasRest() => !_sharesTerminal && ProcessStatus.InGroup(Id).Any();

    private static int Spawn(ChildStart start, string program, IReadOnlyList<string> arguments, out ChildProcess? child)
    {
        child = null;
        using NativeStrings path = new([program, start.WorkingDirectory ?? ""]);
        using NativeStrings argv = new(arguments);
        using NativeStrings environment = new([.. start.Environment.Select(v => $"{v.Key}={v.Value}")]);
        var attributes = stackalloc byte[Libc.OpaqueSize];
        var actions = stackalloc byte[Libc.OpaqueSize];
        Libc.Require(Libc.InitAttributes(attributes));
        Libc.Require(Libc.InitActions(actions));
        try
        {
            SetSignals(attributes, start.SharesTerminal);
            using ChildPipes pipes = new(start, actions);
            if (start.ClosesOthers)
                CloseOthers(actions);
            if (start.WorkingDirectory is not null)
                Libc.Require(Libc.AddChangeDirectory(actions, path.Pointers[1]));
            var error = Libc.Spawn(out var id, path.First, actions, attributes, argv.Pointers, environment.Pointers);
            if (error != 0)
                return error;
            pipes.HandOver();
            child = new(id, pipes, start);
            return 0;
        }
        finally
        {
            _ = Libc.DestroyActions(actions);
            _ = Libc.DestroyAttributes(attributes);
        }
    }

    private static void SetSignals(byte* attributes, bool sharesTerminal)
    {
        var signals = stackalloc byte[Libc.OpaqueSize];
        Libc.Require(Libc.ClearSignals(signals));
        Libc.Require(Libc.SetSignalMask(attributes, signals));

        // The runtime ignores SIGPIPE, and an ignored signal stays ignored in a child. Behind a terminal the rest is the
        // caller's choice (nohup); elsewhere a command starts as it would on another machine.
        Libc.Require(Libc.AddSignal(signals, Libc.SigPipe));
        for (var signal = 1; !sharesTerminal && signal <= LastClassicSignal; signal++)
            if (signal is not Libc.SigKill and not Libc.SigStop)
                Libc.Require(Libc.AddSignal(signals, signal));
        Libc.Require(Libc.SetDefaultSignals(attributes, signals));
        Libc.Require(Libc.SetFlags(attributes, (short)(Libc.SpawnSignalDefaults | Libc.SpawnSignalMask | (sharesTerminal ? 0 : Libc.SpawnNewSession))));

        // A caller that ignores SIGCHLD has the kernel throw exit codes away. The handler is the structure's first member.
        var previous = stackalloc byte[Libc.OpaqueSize];
        if (Libc.SignalAction(Libc.SigChild, null, previous) == 0 && *(nint*)previous == 1)
            _ = Libc.SetSignal(Libc.SigChild, 0);
    }

    private void Reap()
    {
        var info = stackalloc byte[Libc.OpaqueSize];
        while (Libc.WaitId(Libc.WaitForProcess, Id, info, Libc.WaitExited | Libc.WaitLeaveZombie) != 0
            && Marshal.GetLastPInvokeError() == Libc.Interrupted)
        {
        }

        EndLifeline();
        var isKnown = *(int*)info == Libc.SigChild;
        var (code, value) = (*(int*)(info + EndCode), *(int*)(info + EndValue));
        Release();
        _onEnd?.Invoke();
        if (!isKnown)
            _ended.SetException(new ResourceException(ErrorCodes.RouteFailed, "the command has ended, but something else in this process took its exit code"));
        else if (code != Libc.EndedByItself)
            _ended.SetResult(new(128 + value, value));
        else
            _ended.SetResult(new(value));
    }

    private void Release()
    {
        lock (_gate)
        {
            if (--_keepers > 0)
                return;
            while (Libc.WaitPid(Id, out _, 0) < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted)
            {
            }

            _reaped = true;
        }
    }

    private void EndLifeline()
    {
        try
        {
            _lifeline.WriteByte((byte)'\n');
            _lifeline.Dispose();
        }
        catch (IOException)
        {
            // Whoever held the other end was ended as well.
        }
    }

    private sealed class Keeper(ChildProcess process) : IDisposable
    {
        private ChildProcess? _process = process;

        public void Dispose() => Interlocked.Exchange(ref _process, null)?.Release();
    }

    private static void CloseOthers(byte* actions)
    {
        try
        {
            Libc.Require(Libc.AddCloseFrom(actions, 3));
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, or an old one.
        }
    }
}
