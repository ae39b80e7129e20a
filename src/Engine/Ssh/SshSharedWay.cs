namespace CrCache.Ssh;

/// <summary>The connections over one way, and who has a place on which.</summary>
/// <param name="time">The clock.</param>
internal sealed class SshSharedWay(TimeProvider time) : IAsyncDisposable
{
    // What sshd allows where nobody has said anything: MaxSessions 10.
    private const int UsualMost = 10;

    // No timer can be set for longer than some weeks.
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly List<SshLine> _lines = [];
    private int _most = UsualMost;

    /// <summary>One at a time makes a connection. (It holds nothing that would be disposed.)</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>The last attempt that failed, for who has waited for it; belongs to the gate.</summary>
    public (long At, SshFailure Failure)? Failure { get; set; }

    /// <summary>How many connections there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _lines.Count;
        }
    }

    /// <summary>How many channels one of them takes, as far as is known.</summary>
    public int Most
    {
        get
        {
            lock (_lock)
                return _most;
        }
    }

    /// <summary>Takes a place on a connection; leave it.</summary>
    /// <returns>Null where there is none.</returns>
    public SshPlace? Take()
    {
        lock (_lock)
            return _lines.Find(l => !l.Connection.Lost.IsCompleted && l.Taken < _most && l.IsCurrent)?.Take();
    }

    /// <summary>Adds a connection, and takes a place on it; leave it.</summary>
    /// <param name="connection">The connection, which is ended here.</param>
    /// <param name="isCurrent">Whether configuration still leads where it leads: else nobody takes a place there any more.</param>
    /// <param name="stay">How long it stays when nobody has a place any more.</param>
    public SshPlace Add(SshConnection connection, Func<bool> isCurrent, TimeSpan stay)
    {
        SshLine line = new(connection, isCurrent);
        SshPlace place;
        lock (_lock)
        {
            _lines.Add(line);
            place = line.Take();
        }

        _ = WatchAsync(line, stay);
        return place;
    }

    /// <summary>Notes that the server opens no further channel on a place's connection.</summary>
    /// <returns>False where it opens none at all: nobody else has had a place there meanwhile.</returns>
    public bool Narrow(SshPlace place)
    {
        lock (_lock)
        {
            var line = place.Line;
            if (place.IsFirst && line.Turns == place.Turn)
                return false;
            _most = Math.Clamp(line.Taken - 1, 1, _most);
            return true;
        }
    }

    /// <summary>Leaves a place.</summary>
    public void Leave(SshPlace place)
    {
        lock (_lock)
            place.Line.Leave(time.GetTimestamp());
    }

    public async ValueTask DisposeAsync()
    {
        SshLine[] lines;
        lock (_lock)
            lines = [.. _lines];
        await Task.WhenAll(lines.Select(l => l.Connection.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private async Task WatchAsync(SshLine line, TimeSpan stay)
    {
        var pause = stay / 4 < LongestPause ? stay / 4 : LongestPause;
        while (!line.Connection.Lost.IsCompleted && !Retires(line, stay))
            await Task.WhenAny(line.Connection.Lost, Task.Delay(pause, time)).ConfigureAwait(false);
        lock (_lock)
            _lines.Remove(line);
        await line.Connection.DisposeAsync().ConfigureAwait(false);
    }

    // Whoever takes a place does so before or after: none is on a connection that is about to be ended.
    private bool Retires(SshLine line, TimeSpan stay)
    {
        lock (_lock)
            return line.Taken == 0 && time.GetElapsedTime(line.Left) >= stay && _lines.Remove(line);
    }
}
