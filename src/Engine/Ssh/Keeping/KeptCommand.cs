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

    /// <param name="link">The link, over which the keeper has said that the command was started.</param>
    public KeptCommand(KeeperLink link)
    {
        _link = link;
        (_input, _output, _error) = (new(link, KeeperFrame.Input), new(link, KeeperFrame.Output), new(link, KeeperFrame.Error));
        Input = new SendingStream(_input.WriteAsync, _input.CompleteAsync);
        Output = Reading(_output);
        Error = Reading(_error);
        Ended = ListenAsync();
    }

    public override Stream Input { get; }

    public override Stream Output { get; }

    public override Stream Error { get; }

    public override Task<SshEnd> Ended { get; }

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
                    end = KeeperText.End(content);
                }
                catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
                {
                    // It speaks otherwise: as if it had gone.
                }

                break;
            }
        }

        _input.End();
        _output.End();
        _error.End();
        return end;
    }
}
