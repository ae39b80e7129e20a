using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>The connection to the test runner, vstest.console, to which this process is one test host.</summary>
internal sealed class RunnerConnection(FrameChannel channel) : IAsyncDisposable
{
    /// <summary>The protocol's version, once it is agreed on.</summary>
    public int Version { get; set; }

    /// <summary>Sends a message; nothing happens where the runner is gone, which <see cref="ReceiveAsync"/> tells.</summary>
    public async Task SendAsync(Message message, CancellationToken cancellationToken)
    {
        try
        {
            await channel.SendAsync(message.Frame, cancellationToken);
        }
        catch (IOException)
        {
            // Whoever receives finds the end of the stream.
        }
    }

    /// <summary>Sends a line for the user.</summary>
    public Task SendAsync(TextLevel level, string text, CancellationToken cancellationToken) =>
        SendAsync(Message.Line(level, text, Version), cancellationToken);

    /// <summary>Receives the next message; null where the runner is gone.</summary>
    /// <exception cref="ProtocolException">It speaks another protocol.</exception>
    public async Task<Message?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await channel.ReceiveAsync(cancellationToken) is { } frame ? Message.Parse(frame) : null;
        }
        catch (IOException e) when (e is not ProtocolException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => channel.DisposeAsync();
}
