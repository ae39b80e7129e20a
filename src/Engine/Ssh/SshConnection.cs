using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Messages;
using Renci.SshNet.Messages.Connection;

namespace CrCache.Ssh;

/// <summary>A connection to a host: channels over it, and a watch that it is still there.</summary>
internal sealed class SshConnection : IAsyncDisposable
{
    // The library numbers its own channels from 0 on.
    private const uint FirstChannel = 1 << 20;

    // For its goodbye.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    // What lies idle for longer a server may be about to close.
    private static readonly TimeSpan SpareTime = TimeSpan.FromSeconds(30);

    private readonly SshTarget _target;
    private readonly SshClient _client;
    [SuppressMessage("Reliability", "CA2213", Justification = "It is the client's, and ends with it.")]
    private readonly Session _session;
    private readonly SshIdentities _identities;
    private readonly IAsyncDisposable? _way;
    private readonly TimeProvider _time;
    private readonly ITimer _watch;
    private readonly Lock _opening = new();
    private readonly ConcurrentDictionary<uint, SshChannel> _channels = [];
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Spare? _spare;
    private bool _isFull;
    private string? _why;
    private uint _last = FirstChannel;
    private int _unanswered;
    private bool _isQuiet;
    private int _disposed;

    /// <param name="target">The host.</param>
    /// <param name="client">A client that is connected to it.</param>
    /// <param name="identities">What it has logged in with.</param>
    /// <param name="way">What the connection goes through, to be disposed after it; null where it goes there directly.</param>
    /// <param name="time">The clock.</param>
    public SshConnection(SshTarget target, SshClient client, SshIdentities identities, IAsyncDisposable? way, TimeProvider time)
    {
        (_target, _client, _identities, _way, _time) = (target, client, identities, way, time);
        _session = SshMessages.SessionOf(client);
        _session.ChannelOpenConfirmationReceived += Pass;
        _session.ChannelOpenFailureReceived += Pass;
        _session.ChannelDataReceived += Pass;
        _session.ChannelExtendedDataReceived += Pass;
        _session.ChannelWindowAdjustReceived += Pass;
        _session.ChannelEofReceived += Pass;
        _session.ChannelCloseReceived += Pass;
        _session.ChannelRequestReceived += Pass;
        _session.ChannelSuccessReceived += Pass;
        _session.ChannelFailureReceived += Pass;
        _session.RequestSuccessReceived += (_, _) => Heard();
        _session.RequestFailureReceived += (_, _) => Heard();
        _session.ErrorOccured += (_, e) => Lose(e.Exception.Message);
        _session.Disconnected += (_, _) => Lose("the host ended it");
        if (!_session.IsConnected)
            Lose("the host ended it");
        _watch = target.AliveInterval > TimeSpan.Zero
            ? time.CreateTimer(_ => AskForSign(), null, target.AliveInterval, target.AliveInterval)
            : time.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gives why the connection was lost once it is.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>How many channels are used.</summary>
    public int Channels => _channels.Values.Count(c => !c.IsSpare);

    /// <summary>Opens a channel for a command.</summary>
    /// <returns>The channel; null where the server opens no more of them on this connection.</returns>
    /// <exception cref="SshFailure">The connection was lost, or the server opens none at all.</exception>
    public Task<SshChannel?> OpenAsync(CancellationToken cancellationToken)
    {
        lock (_opening)
        {
            if (_spare is not { } spare)
                return OpenAsync(Add(isSpare: false), new SshMessages.SessionOpen(), cancellationToken);
            _spare = null;
            spare.Channel.IsSpare = false;
            return UseAsync(spare, cancellationToken);
        }
    }

    /// <summary>Starts a command.</summary>
    /// <param name="channel">A channel of this connection that is open.</param>
    /// <param name="line">The command, for the login's shell.</param>
    /// <param name="terminal">The terminal it gets; null for none.</param>
    /// <param name="ahead">Whether a channel is opened for the next command as well: that one then need not wait for the server's answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshFailure">The connection was lost, or the server runs no commands.</exception>
    public async Task StartAsync(SshChannel channel, string line, SshTerminal? terminal, bool ahead, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (name, value) in _target.Settings.Environment)
                channel.Tell(new SshMessages.Variable(name, value));
            if (terminal is not null && !await channel.RequestAsync(new SshMessages.TerminalRequest(terminal), cancellationToken).ConfigureAwait(false))
                throw Failed(channel, "the server gives no terminal");
            if (!await channel.RequestAsync(new SshMessages.Execution(line), cancellationToken).ConfigureAwait(false))
                throw Failed(channel, "the server runs no commands");
            if (ahead)
                Prepare();
        }
        catch (SshException e)
        {
            throw new SshFailure($"the connection was lost: {e.Message}", e);
        }
    }

    /// <summary>Opens a channel to a port that the host reaches.</summary>
    /// <exception cref="SshFailure">It does not reach it, does not forward, or the connection was lost.</exception>
    public async Task<SshChannel> ForwardAsync(string host, int port, CancellationToken cancellationToken) =>
        (await OpenAsync(Add(isSpare: false), new SshMessages.ForwardOpen(host, port), cancellationToken).ConfigureAwait(false))!;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _watch.DisposeAsync().ConfigureAwait(false);
        Lose("it was ended here");
        var ended = Task.Run(End); // it says goodbye, and waits for the thread that listens
        await ended.WaitAsync(LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        SshMessages.Cut(_session);
        await ended.ConfigureAwait(false);
        _identities.Dispose();
        if (_way is not null)
            await _way.DisposeAsync().ConfigureAwait(false);
    }

    private SshChannel Add(bool isSpare)
    {
        var number = Interlocked.Increment(ref _last);
        SshChannel channel = new(_session, number) { IsSpare = isSpare };
        _channels[number] = channel;
        _ = ForgetAsync(number, channel);
        if (_why is { } why)
            channel.Lose(why);
        return channel;
    }

    private void Prepare()
    {
        lock (_opening)
        {
            if (_isFull || _spare is not null)
                return;
            var channel = Add(isSpare: true);
            _spare = new(channel, OpenSpareAsync(channel), _time.GetTimestamp());
        }
    }

    private async Task<bool> OpenSpareAsync(SshChannel channel)
    {
        try
        {
            if (await channel.OpenAsync(new SshMessages.SessionOpen(), CancellationToken.None).ConfigureAwait(false) is null)
                return true;
            _isFull = true;
        }
        catch (SshException e)
        {
            channel.Lose(e.Message);
        }

        return false;
    }

    private async Task<SshChannel?> UseAsync(Spare spare, CancellationToken cancellationToken)
    {
        try
        {
            if (await spare.IsOpened.WaitAsync(cancellationToken).ConfigureAwait(false)
                && !spare.Channel.Ended.IsCompleted && _time.GetElapsedTime(spare.Begin) < SpareTime)
                return spare.Channel;
        }
        catch (OperationCanceledException)
        {
            await spare.Channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        // The server may have room for no other until it is closed there.
        await spare.Channel.DisposeAsync().ConfigureAwait(false);
        await spare.Channel.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await OpenAsync(Add(isSpare: false), new SshMessages.SessionOpen(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<SshChannel?> OpenAsync(SshChannel channel, ChannelOpenInfo info, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.OpenAsync(info, cancellationToken).ConfigureAwait(false) switch
            {
                null => channel,
                _ when info is SshMessages.SessionOpen => null,
                var refusal => throw new SshFailure($"{_target.Name} does not lead there: {refusal.Description}"),
            };
        }
        catch (SshException e)
        {
            channel.Lose(e.Message);
            throw new SshFailure($"the connection was lost: {e.Message}", e);
        }
        catch (OperationCanceledException)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ForgetAsync(uint number, SshChannel channel)
    {
        await channel.Ended.ConfigureAwait(false);
        _channels.TryRemove(number, out _);
    }

    private SshFailure Failed(SshChannel channel, string refused) =>
        new(channel.Ended is { IsCompleted: true, Result.Lost: { } lost } ? $"the connection was lost: {lost}" : $"{_target.Name}: {refused}");

    private void Pass<T>(object? sender, MessageEventArgs<T> e)
        where T : ChannelMessage
    {
        Heard();
        if (_channels.TryGetValue(e.Message.LocalChannelNumber, out var channel))
            channel.Receive(e.Message);
        else if (e.Message is ChannelOpenConfirmationMessage { LocalChannelNumber: >= FirstChannel } unwanted)
            TrySend(new ChannelCloseMessage(unwanted.RemoteChannelNumber)); // whoever asked for it has given up
    }

    private void Heard() => (_unanswered, _isQuiet) = (0, false);

    private void AskForSign()
    {
        // Whatever has come since the last look is a sign as well.
        if (!_isQuiet)
        {
            _isQuiet = true;
            return;
        }

        if (++_unanswered > _target.AliveCount)
        {
            Lose($"{_target.Name} has not answered for {(_target.AliveInterval * _target.AliveCount).TotalSeconds:0} s");
            SshMessages.Cut(_session);
            return;
        }

        // A connection that is stuck must not hold up the clock.
        _ = Task.Run(() => TrySend(new SshMessages.KeepAlive()));
    }

    private void TrySend(Message message)
    {
        try
        {
            SshMessages.Send(_session, message);
        }
        catch (SshException e)
        {
            Lose(e.Message);
        }
    }

    private void Lose(string why)
    {
        _why ??= why;
        if (!_lost.TrySetResult(why))
            return;
        foreach (var channel in _channels.Values)
            channel.Lose(why);
    }

    private void End()
    {
        try
        {
            _client.Dispose();
        }
        catch (Exception e) when (e is SshException || SshMessages.IsGone(e))
        {
            // It was gone already.
        }
    }

    /// <summary>A channel for the next command.</summary>
    private sealed record Spare(SshChannel Channel, Task<bool> IsOpened, long Begin);
}
