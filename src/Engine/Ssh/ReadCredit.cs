namespace CrCache.Ssh;

/// <summary>Counts what was read of a stream, so that whoever sends it is told now and then, and not of each byte.</summary>
/// <param name="share">How many bytes are worth a message.</param>
internal sealed class ReadCredit(long share)
{
    private readonly Lock _lock = new();
    private long _read;

    /// <summary>Adds what was read.</summary>
    /// <returns>How much to tell now; 0 for nothing yet.</returns>
    public long Add(long count)
    {
        lock (_lock)
        {
            _read += count;
            if (_read < share)
                return 0;
            (count, _read) = (_read, 0);
            return count;
        }
    }
}
