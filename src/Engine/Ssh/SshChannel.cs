using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Messages;
using Renci.SshNet.Messages.Connection;

namespace CrCache.Ssh;

/// <summary>
/// A channel of a connection: three streams with flow control both ways, as RFC 4254 has them. What the other side sends is kept until it is read, up to
/// the window, and it sends no more until then.
/// </summary>
internal sealed class SshChannel : RemoteCommand
{
    private const int Window = 2 * 1024 * 1024;
    private const int Packet = 64 * 1024;
    private const int Credit = Window / 8;
    private const uint Diagnostics = 1;
    private static readonly PipeOptions Unbounded = new(pauseWriterThreshold: 0, minimumSegmentSize: Packet / 2, useSynchronizationContext: false);

    private readonly Session _session;
    private readonly uint _number;
    private readonly Pipe _output = new(Unbounded);
    private readonly Pipe _error = new(Unbounded);
    private readonly Lock _lock = new();
    private readonly Lock _sending = new();
    private readonly SendWindow _window = new(0);
    private readonly ReadCredit _credit = new(Credit);
    private readonly TaskCompletionSource<SshRefusal?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SshEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<bool>? _reply;
    private uint _remote;
    private int _remotePacket;
    private long _room = Window;
    private bool _isOver;
    private int? _exitCode;
    private string? _signal;
    private bool _isCloseSent;

    public SshChannel(Session session, uint number)
    {
        (_session, _number) = (session, number);
        Input = new SendingStream(WriteAsync, EndInput);
        Output = new ReceivingStream(_output.Reader, Consumed);
        Error = new ReceivingStream(_error.Reader, Consumed);
    }

    public override Stream Input { get; }

    public override Stream Output { get; }

    public override Stream Error { get; }

    public override Task<SshEnd> Ended => _ended.Task;

    /// <summary>Whether it was opened ahead of need, and nobody has it yet.</summary>
    public bool IsSpare { get; set; }

    /// <summary>Opens it.</summary>
    /// <returns>Null, or why the server does not want it.</returns>
    /// <exception cref="SshException">The connection was lost.</exception>
    public async Task<SshRefusal?> OpenAsync(ChannelOpenInfo info, CancellationToken cancellationToken)
    {
        Send(new ChannelOpenMessage(_number, Window, Packet, info));
        return await _opened.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a request that the server answers.</summary>
    /// <returns>Whether it was granted.</returns>
    /// <exception cref="SshException">The connection was lost.</exception>
    public async Task<bool> RequestAsync(RequestInfo request, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _reply = reply;
        if (_ended.Task.IsCompleted)
            return false;
        Send(new ChannelRequestMessage(_remote, request));
        return await reply.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a request that the server does not answer.</summary>
    public void Tell(RequestInfo request) => TrySend(() => new ChannelRequestMessage(_remote, request));

    public override void Resize(int columns, int rows) => Tell(new SshMessages.Resize(columns, rows));

    /// <summary>Takes what the connection has got for this channel.</summary>
    public void Receive(ChannelMessage message)
    {
        switch (message)
        {
            case ChannelOpenConfirmationMessage m:
                (_remote, _remotePacket) = (m.RemoteChannelNumber, (int)Math.Clamp(m.MaximumPacketSize, 1, Packet / 2));
                _window.Grant(m.InitialWindowSize);
                _opened.TrySetResult(null);
                break;
            case ChannelOpenFailureMessage m:
                _opened.TrySetResult(new(m.Description));
                End(new(null, null, m.Description));
                break;
            case ChannelDataMessage m:
                Keep(_output.Writer, m.Data.AsSpan(m.Offset, m.Size));
                break;
            case ChannelExtendedDataMessage m:
                Keep(m.DataTypeCode == Diagnostics ? _error.Writer : null, m.Data);
                break;
            case ChannelWindowAdjustMessage m:
                _window.Grant(m.BytesToAdd);
                break;
            case ChannelEofMessage:
                Complete();
                break;
            case ChannelSuccessMessage:
                _reply?.TrySetResult(true);
                break;
            case ChannelFailureMessage:
                _reply?.TrySetResult(false);
                break;
            case ChannelRequestMessage m:
                Told(m);
                break;
            case ChannelCloseMessage:
                TryClose();
                End(new(_exitCode, _signal, null));
                break;
        }
    }

    /// <summary>Ends it because the connection has.</summary>
    public void Lose(string why)
    {
        SshConnectionException lost = new(why);
        _opened.TrySetException(lost);
        End(new(_exitCode, _signal, _exitCode is null && _signal is null ? why : null));
    }

    public override ValueTask DisposeAsync()
    {
        TryClose();
        if (!IsOpened)
            End(new(null, null, "it was given up"));
        return ValueTask.CompletedTask;
    }

    private bool IsOpened => _opened.Task is { IsCompletedSuccessfully: true, Result: null };

    private void Keep(PipeWriter? writer, ReadOnlySpan<byte> data)
    {
        // A host that sends what there is no room for would fill this process's memory.
        if (Interlocked.Add(ref _room, -data.Length) < 0)
        {
            TryClose();
            End(new(_exitCode, _signal, "the host has sent more than there was room for"));
            return;
        }

        lock (_lock)
        {
            if (_isOver)
                return;
            if (writer is not null)
            {
                writer.Write(data);
                var flushed = writer.FlushAsync();
                if (flushed is not { IsCompleted: true, Result.IsCompleted: true })
                    return;
            }
        }

        Consumed(data.Length); // nobody reads it
    }

    private void Complete()
    {
        lock (_lock)
        {
            _isOver = true;
            _output.Writer.Complete();
            _error.Writer.Complete();
        }
    }

    private void Consumed(long count)
    {
        if (_credit.Add(count) is not (var due and > 0))
            return;
        Interlocked.Add(ref _room, due);
        TrySend(() => new ChannelWindowAdjustMessage(_remote, (uint)due));
    }

    private void Told(ChannelRequestMessage message)
    {
        var data = message.RequestData;
        if (message.RequestName == "exit-status" && data.Length >= 5)
            _exitCode = (int)BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(1));
        else if (message.RequestName == "exit-signal" && data.Length >= 5 && BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(1)) is var length && length <= data.Length - 5)
            _signal = Encoding.ASCII.GetString(data, 5, (int)length);
        else if (data is [not 0, ..])
            TrySend(() => new ChannelFailureMessage(_remote));
    }

    private void End(SshEnd end)
    {
        Complete();
        lock (_lock)
        {
            _ended.TrySetResult(end);
            _reply?.TrySetResult(false);
        }

        _window.End();
    }

    private void TryClose()
    {
        if (!IsOpened)
            return;
        _window.End();
        TrySend(() => new ChannelCloseMessage(_remote), isLast: true);
    }

    private ValueTask EndInput()
    {
        if (IsOpened && _window.End())
            TrySend(() => new ChannelEofMessage(_remote));
        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (data.Length > 0)
        {
            var count = await _window.TakeAsync(Math.Min(_remotePacket, data.Length), cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Send(new ChannelDataMessage(_remote, data[..count].ToArray()));
            }
            catch (SshException e)
            {
                throw new IOException(e.Message, e);
            }

            data = data[count..];
        }
    }

    // After the close nothing may come: the server would take it for an error, and end the whole connection.
    private void Send(Message message, bool isLast = false)
    {
        lock (_sending)
        {
            if (_isCloseSent)
                return;
            _isCloseSent = isLast;
            SshMessages.Send(_session, message);
        }
    }

    private void TrySend(Func<Message> message, bool isLast = false)
    {
        if (!IsOpened || (_ended.Task.IsCompleted && !isLast))
            return;
        try
        {
            Send(message(), isLast);
        }
        catch (SshException)
        {
            // Whoever waits for this channel hears that the connection is lost.
        }
    }
}
