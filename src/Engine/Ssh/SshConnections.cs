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
    // What belongs together follows within less.
    private static readonly TimeSpan ShortestStay = TimeSpan.FromSeconds(1);

    private readonly SshDialer _dialer = new(time);
    private readonly ConcurrentDictionary<string, SshSharedWay> _ways = new(StringComparer.Ordinal);

    /// <summary>How many connections there are.</summary>
    public int Count => _ways.Values.Sum(w => w.Count);

    public override async Task<RemoteCommand> StartAsync(SshCall call, CancellationToken cancellationToken)
    {
        var way = _ways.GetOrAdd(call.Way, _ => new(time));
        var (connection, channel) = await OpenAsync(way, call, cancellationToken).ConfigureAwait(false);
        try
        {
            var ahead = call.Persist > TimeSpan.Zero && connection.Channels < way.Most;
            await connection.StartAsync(channel, call.Line, call.Terminal, ahead, cancellationToken).ConfigureAwait(false);
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

    private async Task<(SshConnection Connection, SshChannel Channel)> OpenAsync(SshSharedWay way, SshCall call, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (place, isNew) = await TakeAsync(way, call, cancellationToken).ConfigureAwait(false);
            SshChannel? channel = null;
            try
            {
                channel = await place.Line.Connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                if (channel is not null)
                {
                    _ = LeaveAsync(place, channel);
                    return (place.Line.Connection, channel);
                }

                if (!way.Narrow(place))
                    throw new SshFailure($"{call.Hops[^1].Host} opens no session (MaxSessions of its sshd_config)");
            }
            catch (SshFailure) when (!isNew && place.Line.Connection.Lost.IsCompleted)
            {
                // It had died unnoticed; nothing was started on it.
            }
            finally
            {
                if (channel is null)
                    way.Leave(place);
            }
        }

        async Task LeaveAsync(SshPlace place, SshChannel channel)
        {
            await channel.Ended.ConfigureAwait(false);
            way.Leave(place);
        }
    }

    private async Task<(SshPlace Place, bool IsNew)> TakeAsync(SshSharedWay way, SshCall call, CancellationToken cancellationToken)
    {
        if (way.Take() is { } free)
            return (free, false);
        var asked = time.GetTimestamp();
        await way.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Another may just have made one, or have found that nobody answers: not each of many is to wait for that again.
            if (way.Take() is { } made)
                return (made, false);
            if (way.Failure is { } known && known.At > asked)
                throw new SshFailure(known.Failure.Message, known.Failure) { Code = known.Failure.Code, Setting = known.Failure.Setting };
            var hops = resolve(call);
            var connection = await ConnectAsync(way, hops, cancellationToken).ConfigureAwait(false);
            return (way.Add(connection, hops[^1].IsCurrent, call.Persist > ShortestStay ? call.Persist : ShortestStay), true);
        }
        finally
        {
            way.Gate.Release();
        }
    }

    private async Task<SshConnection> ConnectAsync(SshSharedWay way, IReadOnlyList<SshTarget> hops, CancellationToken cancellationToken)
    {
        try
        {
            return await _dialer.ConnectAsync(hops, cancellationToken).ConfigureAwait(false);
        }
        catch (SshFailure e)
        {
            way.Failure = (time.GetTimestamp(), e);
            throw;
        }
    }
}
