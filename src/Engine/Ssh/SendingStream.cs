namespace CrCache.Ssh;

/// <summary>What another process reads; disposing it is the end of that.</summary>
/// <param name="write">Writes bytes.</param>
/// <param name="end">Says that there are no more.</param>
internal sealed class SendingStream(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, Func<ValueTask> end) : SshStream
{
    private int _isOver;

    public override bool CanWrite => true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => write(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            await end().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            end().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }
}
