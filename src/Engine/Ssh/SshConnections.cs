using System.Collections.Concurrent;

namespace CrCache.Ssh;

/// <summary>
/// The connections of this process, one for each way to a host and more only where the server opens no further channel on the first. A connection is
/// ended when it was not used for a while.
/// </summary>
/// <param name="resolve">What configuration says about the hosts of a call: the way there, the nearest host first.</param>
/// <param name="time">The clock.</param>
internal sealed class SshConnections(Func<SshCall, IReadOnlyList<SshTarget>> resolve, TimeProvider time) : SshCaller, IAsyncDisposable
{
    // What sshd allows where nobody has said anything: MaxSessions 10.
    private const int Most = 10;

    // What belongs together follows within less.
    private static readonly TimeSpan ShortestStay = TimeSpan.FromSeconds(1);

    private readonly SshDialer _dialer = new(time);
    private readonly ConcurrentDictionary<string, Way> _ways = new(StringComparer.Ordinal);

    /// <summary>How many connections there are.</summary>
    public int Count => _ways.Values.Sum(w => w.Connections.Count);

    public override async Task<RemoteCommand> StartAsync(SshCall call, CancellationToken cancellationToken)
    {
        var way = _ways.GetOrAdd(call.Way, _ => new());
        var (connection, channel) = await OpenAsync(way, call, cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.StartAsync(channel, call.Line, call.Terminal, cancellationToken).ConfigureAwait(false);
            return channel;
        }
        catch
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var way in _ways.Values)
            await way.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<(SshConnection Connection, SshChannel Channel)> OpenAsync(Way way, SshCall call, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (connection, isNew) = await TakeAsync(way, call, cancellationToken).ConfigureAwait(false);
            var before = connection.Channels;
            try
            {
                if (await connection.OpenAsync(cancellationToken).ConfigureAwait(false) is { } channel)
                {
                    way.Used(connection, time);
                    return (connection, channel);
                }
            }
            catch (SshFailure) when (!isNew && connection.Lost.IsCompleted)
            {
                // It had died unnoticed; nothing was started on it.
                continue;
            }

            if (before == 0)
                throw new SshFailure($"{call.Hops[^1].Host} opens no session (MaxSessions of its sshd_config)");
            way.Most = Math.Min(way.Most, before);
        }
    }

    private async Task<(SshConnection Connection, bool IsNew)> TakeAsync(Way way, SshCall call, CancellationToken cancellationToken)
    {
        if (way.Free() is { } free)
            return (free, false);
        await way.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Another may just have made one.
            if (way.Free() is { } made)
                return (made, false);
            var hops = resolve(call);
            var connection = await _dialer.ConnectAsync(hops, cancellationToken).ConfigureAwait(false);
            way.Add(connection, hops[^1].IsCurrent, call.Persist > ShortestStay ? call.Persist : ShortestStay, time);
            return (connection, true);
        }
        finally
        {
            way.Gate.Release();
        }
    }

    /// <summary>The connections over one way.</summary>
    private sealed class Way : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<SshConnection, Use> _used = [];

        public SemaphoreSlim Gate { get; } = new(1);

        public ICollection<SshConnection> Connections => _used.Keys;

        /// <summary>How many channels a connection may have.</summary>
        public int Most { get; set; } = SshConnections.Most;

        public SshConnection? Free() => _used.FirstOrDefault(u => !u.Key.Lost.IsCompleted && u.Key.Channels < Most && u.Value.IsCurrent()).Key;

        public void Used(SshConnection connection, TimeProvider time)
        {
            if (_used.TryGetValue(connection, out var use))
                use.Last = time.GetTimestamp();
        }

        public void Add(SshConnection connection, Func<bool> isCurrent, TimeSpan idle, TimeProvider time)
        {
            _used[connection] = new(isCurrent) { Last = time.GetTimestamp() };
            _ = WatchAsync(connection, idle, time);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in _used.Keys)
                await connection.DisposeAsync().ConfigureAwait(false);
            Gate.Dispose();
        }

        private async Task WatchAsync(SshConnection connection, TimeSpan idle, TimeProvider time)
        {
            while (!connection.Lost.IsCompleted && (connection.Channels > 0 || time.GetElapsedTime(_used[connection].Last) < idle))
            {
                if (connection.Channels > 0)
                    Used(connection, time);
                await Task.WhenAny(connection.Lost, Task.Delay(idle / 4, time)).ConfigureAwait(false);
            }

            _used.TryRemove(connection, out _);
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        /// <summary>A connection's use.</summary>
        /// <param name="isCurrent">Whether configuration still leads where it leads.</param>
        private sealed class Use(Func<bool> isCurrent)
        {
            public Func<bool> IsCurrent => isCurrent;

            public long Last { get; set; }
        }
    }
}
