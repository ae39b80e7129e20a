namespace CrCache.Routes;

/// <summary>A command on an ssh host.</summary>
internal sealed class SshCommand : RunningCommand
{
    private const int ConnectionFailed = 255;
    private const int SignalBase = 128;
    private const int LastClassicSignal = 31;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly string _resource;
    private readonly SshCarrier _ssh;
    private readonly SshTalk _talk;
    private readonly bool _marked;
    private readonly bool _inherits;
    private readonly Func<int, int?, Task> _kill;
    private readonly Func<CommandResult, CancellationToken, Task<CommandResult>> _judge;
    private readonly TaskCompletionSource _signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _relayed = Task.CompletedTask;
    private int? _killedBy;

    /// <param name="resource">The resource's name.</param>
    /// <param name="ssh">What carries it.</param>
    /// <param name="mark">What marks the messages of the script around the command; null where there is none.</param>
    /// <param name="command">The command.</param>
    /// <param name="kill">Signals a group on the host: signal, group; without one, whatever shows the mark.</param>
    /// <param name="judge">Turns how the command seems to have ended into how it did.</param>
    public SshCommand(
        string resource,
        SshCarrier ssh,
        string? mark,
        ResourceCommand command,
        Func<int, int?, Task> kill,
        Func<CommandResult, CancellationToken, Task<CommandResult>> judge)
    {
        (_resource, _ssh, _kill, _judge) = (resource, ssh, kill, judge);
        (_marked, _inherits) = (mark is not null, command.InheritStreams);
        _talk = new(ssh.Error, mark);
        StandardError = _inherits ? Stream.Null : _talk.Output.AsStream();
    }

    public override Stream StandardInput => _ssh.Input;

    public override Stream StandardOutput => _ssh.Output;

    public override Stream StandardError { get; }

    /// <summary>Waits until the command has started.</summary>
    /// <exception cref="ResourceException">There is no connection.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_marked)
        {
            var end = Task.WhenAll(_ssh.Ended, _talk.Completed);
            await Task.WhenAny(_talk.Started, end).WaitAsync(cancellationToken).ConfigureAwait(false);

            // Output that cannot be written may end it before what says that it has started is read: whoever waits for it hears why.
            if (!_talk.Started.IsCompleted && await _ssh.Ended.ConfigureAwait(false) is { Unwritten: null } ended)
                throw await NotStartedAsync(ended).ConfigureAwait(false);
        }

        if (_inherits)
            _relayed = RelayAsync();
    }

    public override async Task<CommandResult> WaitAsync(CancellationToken cancellationToken)
    {
        var ssh = await EndAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        await ((Task)Task.WhenAny(_talk.Exited, _talk.Completed)).WaitAsync(LastWords, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _relayed.WaitAsync(LastWords, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (ssh.Unwritten is { } why)
            throw new ResourceException(ErrorCodes.OutputFailed, $"the output of the command cannot be written: {why}");

        if (_talk.Exited.IsCompleted)
        {
            // The shell at the other end says 128 + n for a signal.
            var code = await _talk.Exited.ConfigureAwait(false);
            var signal = code - SignalBase is > 0 and <= LastClassicSignal and var number ? number : (int?)null;
            return await _judge(new(code, signal), cancellationToken).ConfigureAwait(false);
        }

        if (ssh.IsCertain)
            return await _judge(ssh.Result, cancellationToken).ConfigureAwait(false);
        await _judge(new(ConnectionFailed), cancellationToken).ConfigureAwait(false);
        if (_killedBy is { } killer)
            return new(SignalBase + killer, killer);
        if (!_marked && ssh.Lost is null && (ssh.Result.ExitCode != ConnectionFailed || _talk.Tail.LastLine.Length == 0))
            return ssh.Result;
        throw Failed(_marked ? "the connection was lost" : "the connection failed", ssh);
    }

    public override void Signal(int signal)
    {
        if (_ssh.Ended.IsCompleted)
            return;
        if (!_talk.Started.IsCompletedSuccessfully)
        {
            _killedBy = signal;
            _ssh.Abort(signal);
            return;
        }

        // The script around the command does not survive SIGKILL, and can then not say how it ended.
        if (signal == Libc.SigKill)
            _killedBy = signal;

        _signalled.TrySetResult();

        // Nobody waits for it: a signal is sent, not answered, and a host that does not read holds up who sends it.
        _ = Task.Run(async () => await _kill(signal, await _talk.Started.ConfigureAwait(false)).ConfigureAwait(false));
    }

    public override async Task StopAsync(TimeSpan grace)
    {
        if (_ssh.Ended.IsCompleted)
            return;
        Signal(Libc.SigTerm);
        if (await EndsWithinAsync(grace).ConfigureAwait(false))
            return;
        Signal(Libc.SigKill);
        if (await EndsWithinAsync(LastWords).ConfigureAwait(false))
            return;

        // The host does not answer; should it live, the watch there ends the command.
        _killedBy = Libc.SigKill;
        _ssh.Abort(Libc.SigKill);
        await _ssh.Ended.ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_ssh.Ended.IsCompleted)
        {
            _killedBy = Libc.SigKill;
            if (!_ssh.IsAlone && _marked)
            {
                // The connection goes on, and so would the command, also one that is just about to start. It is ended as the watch there would.
                await Task.WhenAny(_talk.Started, _ssh.Ended, Task.Delay(LastWords)).ConfigureAwait(false);
                int? group = _talk.Started.IsCompletedSuccessfully ? await _talk.Started.ConfigureAwait(false) : null;
                await _kill(Libc.SigTerm, group).WaitAsync(LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!await EndsWithinAsync(Grace).ConfigureAwait(false))
                    await _kill(Libc.SigKill, group).WaitAsync(LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            _ssh.Abort(Libc.SigKill);
            await EndsWithinAsync(LastWords).ConfigureAwait(false);
        }

        await _ssh.CloseAsync().ConfigureAwait(false);
        await _talk.Output.CompleteAsync().ConfigureAwait(false);
    }

    // The streams stay open as long as anybody there has them, such as a child in the background that ignores what ended the command. Who was told to
    // end does not wait for that.
    private async Task<SshCarrierEnd> EndAsync()
    {
        await Task.WhenAny(_ssh.Ended, Task.WhenAll(_signalled.Task, _talk.Exited)).ConfigureAwait(false);
        if (!_ssh.Ended.IsCompleted && !await EndsWithinAsync(Grace).ConfigureAwait(false))
            _ssh.Abort(Libc.SigTerm);
        return await _ssh.Ended.ConfigureAwait(false);
    }

    private async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        await ((Task)_ssh.Ended).WaitAsync(time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _ssh.Ended.IsCompleted;
    }

    private async Task RelayAsync()
    {
        var error = Console.OpenStandardError();
        await using (error.ConfigureAwait(false))
        {
            await _talk.Output.CopyToAsync(error).ConfigureAwait(false);
        }
    }

    private async Task<ResourceException> NotStartedAsync(SshCarrierEnd ssh)
    {
        if (ssh.Lost is not null || (_ssh.IsAlone ? ssh.Result.ExitCode == ConnectionFailed : !ssh.IsCertain))
            return Failed("no connection", ssh);
        Tail said = new(4096);
        using CancellationTokenSource limit = new(LastWords);
        try
        {
            await said.AddAsync(_inherits ? Stream.Null : _ssh.Output, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // What was read is what it said.
        }

        var line = _talk.Tail.LastLine is { Length: > 0 } error ? error : (_ssh.Before ?? said).LastLine;
        return new(
            ErrorCodes.RouteFailed,
            $"{_resource} cannot be reached: the login's shell there ran no command and ended with exit code {ssh.Result.ExitCode}{(line.Length > 0 ? $": {line}" : "")}");
    }

    private ResourceException Failed(string what, SshCarrierEnd ssh)
    {
        var line = ssh.Lost ?? _talk.Tail.LastLine;
        var said = line.Length > 0 ? line : $"ssh ended with exit code {ssh.Result.ExitCode}";
        return new(ErrorCodes.RouteFailed, $"{_resource} cannot be reached: {what}: {said}");
    }
}
