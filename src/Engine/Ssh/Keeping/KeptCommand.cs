using System.Buffers.Binary;
using System.Text.Json;

namespace CrCache.Ssh.Keeping;

/// <summary>A command that a keeper runs, as who asked for it sees it.</summary>
internal sealed class KeptCommand : RemoteCommand
{
    private readonly KeeperLink _link;
    private readonly KeeperLane _input;
    private readonly KeeperLane _output;
    private readonly KeeperLane _error;

    private readonly TaskCompletionSource<bool> _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private KeptCommand(KeeperLink link)
    {
        _link = link;
        (_input, _output, _error) = (new(link, KeeperFrame.Input), new(link, KeeperFrame.Output), new(link, KeeperFrame.Error));
        Input = new SendingStream(_input.WriteAsync, _input.CompleteAsync);
        Output = Reading(_output);
        Error = Reading(_error);

        // The link waits in its calls, and so all of this is one thread's.
        Ended = Task.Factory.StartNew(ListenAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    public override Stream Input { get; }

    public override Stream Output { get; }

    public override Stream Error { get; }

    public override Task<SshEnd> Ended { get; }

    /// <summary>Waits for whether there is a keeper at the other end that takes calls. Given up, it starts nothing any more.</summary>
    /// <exception cref="OperationCanceledException">It did not say so in time.</exception>
    public async Task<bool> IsServedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _served.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It says that it serves before it starts anything. From now on it cannot; what it has said before is still read.
            _link.Shut();
            if (await _served.Task.ConfigureAwait(false))
                return true;
            throw;
        }
    }

    /// <summary>Has a keeper start a command.</summary>
    /// <param name="link">A link that waits; it belongs to the command.</param>
    /// <param name="call">The command.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The command, which is not started yet.</returns>
    public static async Task<KeptCommand> AskAsync(KeeperLink link, SshCall call, CancellationToken cancellationToken)
    {
        try
        {
            await link.SendAsync(KeeperFrame.Call, KeeperText.Of(call), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has gone; what it said before says whether it took the call.
        }

        return new(link);
    }

    /// <summary>Waits until it is started.</summary>
    /// <returns>This; null where there is no keeper any more, and nothing was started.</returns>
    /// <exception cref="SshFailure">The command was not started, or perhaps it was and the keeper could not say so.</exception>
    public async Task<RemoteCommand?> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false))
                return this;
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await DisposeAsync().ConfigureAwait(false);
        return null;
    }

    public override void Resize(int columns, int rows)
    {
        var content = new byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(content, columns);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(sizeof(int)), rows);
        _ = SendAsync();

        async Task SendAsync()
        {
            try
            {
                await _link.SendAsync(KeeperFrame.Resize, content).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // Whoever waits hears that the keeper has gone.
            }
        }
    }

    public override ValueTask DisposeAsync() => _link.DisposeAsync();

    private static ReceivingStream Reading(KeeperLane lane) => new(lane.Reader, count => _ = lane.ConsumedAsync(count).AsTask());

    private async Task<SshEnd> ListenAsync()
    {
        var end = new SshEnd(null, null, "the process that keeps the connection has ended");
        if (await IsStartedAsync().ConfigureAwait(false))
            end = await CarryAsync().ConfigureAwait(false) ?? end;
        _input.End();
        _output.End();
        _error.End();
        return end;
    }

    private async ValueTask<bool> IsStartedAsync()
    {
        // One that ends by itself takes no more calls, but may have let one connect.
        var isServed = await _link.ReceiveAsync(CancellationToken.None).ConfigureAwait(false) is (KeeperFrame.Ready, _);
        _served.TrySetResult(isServed);
        if (!isServed)
            return !_started.TrySetResult(false);
        switch (await _link.ReceiveAsync(CancellationToken.None).ConfigureAwait(false))
        {
            case (KeeperFrame.Started, _):
                return _started.TrySetResult(true);
            case (KeeperFrame.Failed, var why) when KeeperText.Failure(why) is { } failure:
                return !_started.TrySetException(failure);
            default:
                // It may have started the command before: that must not be started twice.
                return !_started.TrySetException(new SshFailure("the process that keeps the connection has ended before it could say whether the command was started"));
        }
    }

    private async ValueTask<SshEnd?> CarryAsync()
    {
        while (await _link.ReceiveAsync(CancellationToken.None).ConfigureAwait(false) is var (kind, content))
        {
            if (kind == KeeperFrame.Output)
                _output.Receive(content.Span);
            else if (kind == KeeperFrame.Error)
                _error.Receive(content.Span);
            else if (kind == KeeperFrame.Credit && content.Length == 1 + sizeof(int) && content.Span[0] == (byte)KeeperFrame.Input)
                _input.Grant(BinaryPrimitives.ReadInt32BigEndian(content.Span[1..]));
            else if (kind == KeeperFrame.End)
            {
                try
                {
                    return KeeperText.End(content);
                }
                catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
                {
                    return null; // It speaks otherwise: as if it had gone.
                }
            }
        }

        return null;
    }
}
