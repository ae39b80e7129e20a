namespace CrCache.Ssh;

/// <summary>How much may be sent of a stream: whoever writes waits until whoever reads has room.</summary>
/// <param name="size">How many bytes at first.</param>
internal sealed class SendWindow(long size)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _more;
    private long _left = size;
    private bool _isOver;

    /// <summary>Takes a part of it; waits while there is none.</summary>
    /// <param name="most">How many bytes at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many may be sent, at least one.</returns>
    /// <exception cref="IOException">The stream has ended.</exception>
    public async ValueTask<int> TakeAsync(int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_isOver)
                    throw new IOException("Broken pipe");
                if ((int)Math.Min(_left, most) is var count and > 0)
                {
                    _left -= count;
                    return count;
                }

                more = (_more = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lets so many bytes more be sent.</summary>
    public void Grant(long count)
    {
        lock (_lock)
        {
            _left += count;
            _more?.TrySetResult();
        }
    }

    /// <summary>Ends the stream.</summary>
    /// <returns>Whether it had not ended before.</returns>
    public bool End()
    {
        lock (_lock)
        {
            _more?.TrySetResult();
            if (_isOver)
                return false;
            _isOver = true;
            return true;
        }
    }
}
