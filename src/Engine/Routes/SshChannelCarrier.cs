using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>A channel that carries a command, between pipes or between this process's own streams.</summary>
internal sealed class SshChannelCarrier : SshCarrier
{
    private const int ConnectionFailed = 255;
    private const int SignalBase = 128;
    private const int BufferSize = 64 * 1024;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly RemoteCommand _remote;
    private readonly Action? _onEnd;
    private readonly LocalTerminal? _terminal;
    private readonly Stream _output;
    private string? _unwritten;
    private readonly TaskCompletionSource<int> _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="remote">The command.</param>
    /// <param name="inherits">Whether it uses this process's own streams.</param>
    /// <param name="terminal">This process's terminal, where the command has one at the other end; null where it has none.</param>
    /// <param name="outputMark">What stands before the command's output; null where all is its own.</param>
    /// <param name="onEnd">What to do when it has ended, before anybody else hears of it; null for nothing.</param>
    public SshChannelCarrier(RemoteCommand remote, bool inherits, LocalTerminal? terminal, byte[]? outputMark, Action? onEnd)
    {
        (_remote, _terminal, _onEnd) = (remote, terminal, onEnd);
        Input = inherits ? Stream.Null : remote.Input;
        _output = outputMark is null ? remote.Output : new ClearedStream(remote.Output, outputMark);
        Output = inherits ? Stream.Null : _output;
        terminal?.Connect(remote.Resize);
        if (inherits)
            _ = FeedAsync();
        Ended = EndAsync(inherits ? DrainAsync() : Task.CompletedTask);
    }

    public override Stream Input { get; }

    public override Stream Output { get; }

    public override Stream Error => _remote.Error;

    public override Tail? Before => (_output as ClearedStream)?.Before;

    public override Task<SshCarrierEnd> Ended { get; }

    public override bool IsAlone => false;

    public override void Abort(int signal)
    {
        _aborted.TrySetResult(signal);
        _ = Task.Run(async () => await _remote.DisposeAsync().ConfigureAwait(false)); // which waits where the host does not read
    }

    public override async ValueTask CloseAsync()
    {
        await _remote.Input.DisposeAsync().ConfigureAwait(false);
        await _remote.Output.DisposeAsync().ConfigureAwait(false);
        await _remote.Error.DisposeAsync().ConfigureAwait(false);
        await _remote.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<SshCarrierEnd> EndAsync(Task drained)
    {
        await Task.WhenAny(_remote.Ended, _aborted.Task).ConfigureAwait(false);
        if (_remote.Ended.IsCompleted)
            await Task.WhenAny(drained, _aborted.Task).ConfigureAwait(false);
        _terminal?.Dispose();
        _onEnd?.Invoke();
        if (!_remote.Ended.IsCompleted)
        {
            var signal = await _aborted.Task.ConfigureAwait(false);
            return new(new(SignalBase + signal, signal), IsCertain: false, Unwritten: _unwritten);
        }

        SshCarrierEnd ended = await _remote.Ended.ConfigureAwait(false) switch
        {
            { Signal: { } name } when SignalNames.NumberOf(name) is var number => new(new(SignalBase + number, number), IsCertain: true),
            { ExitCode: { } code } => new(new(code), IsCertain: true),
            var end => new(new(ConnectionFailed), IsCertain: false, end.Lost ?? "the host did not say how the command ended"),
        };
        return ended with { Unwritten = _unwritten };
    }

    // Whoever reads this process's input first has it: as behind ssh, what the command does not read is gone.
    private async Task FeedAsync()
    {
        try
        {
            // A read of a terminal waits in the kernel: it needs a thread.
            await Task.Factory.StartNew(Feed, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The command reads no more.
        }

        await _remote.Input.DisposeAsync().ConfigureAwait(false);
    }

    private void Feed()
    {
        var buffer = new byte[BufferSize];
        while (OwnStreams.Read(buffer) is var count and > 0)
            _remote.Input.Write(buffer, 0, count);
    }

    private async Task DrainAsync()
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await _output.ReadAsync(buffer).ConfigureAwait(false) is var count and > 0)
                OwnStreams.Write(buffer.AsSpan(0, count));
        }
        catch (IOException e)
        {
            _unwritten = e.HResult == Libc.BrokenPipe ? null : e.Message;

            // Nobody reads this process's output any more: nor is the command's read, and it hears of it as it would here.
            await _remote.Output.DisposeAsync().ConfigureAwait(false);
            BrokenPipe?.Invoke();
            await ((Task)_remote.Ended).WaitAsync(LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Abort(Libc.SigPipe);
        }
    }

    /// <summary>What to do where nobody reads this process's output any more; null for nothing.</summary>
    public Action? BrokenPipe { get; set; }
}
