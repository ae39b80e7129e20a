using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>One host runs its share: what it says goes on to the runner, and is counted on the way.</summary>
/// <param name="host">The host.</param>
/// <param name="runner">The runner.</param>
/// <param name="known">Lines that the runner has heard from the discovery, which are not told again.</param>
internal sealed class HostRun(StockHost host, RunnerConnection runner, IReadOnlySet<string> known)
{
    private readonly HashSet<Guid> _reported = [];
    private int _results;
    private DateTimeOffset? _start;
    private DateTimeOffset? _end;

    /// <summary>Runs it; ends when the host's run has, or the host itself.</summary>
    /// <param name="start">The message that starts it.</param>
    /// <param name="share">The tests in it; null for whole assemblies.</param>
    /// <param name="classes">How many classes they are from; null where that is not known.</param>
    /// <param name="cancellationToken">Stops listening.</param>
    public async Task<HostReport> RunAsync(
        Message start, IReadOnlyList<DiscoveredTest>? share, int? classes, CancellationToken cancellationToken)
    {
        CompletedRun? completed = null;
        string? failure = null;
        try
        {
            await host.SendAsync(start, cancellationToken);
            completed = await ListenAsync(cancellationToken);
            if (completed is null)
                failure = await host.DescribeEndAsync();
        }
        catch (ProtocolException e)
        {
            failure = e.Message;
        }

        return new HostReport
        {
            Resource = host.Name,
            Share = share,
            Classes = classes,
            Reported = _reported,
            Results = _results,
            Busy = _end - _start ?? TimeSpan.Zero,
            Completed = completed,
            Failure = failure,
        };
    }

    /// <summary>A line without the clock that xUnit puts before each of its own, which differs from host to host.</summary>
    public static string WithoutClock(string line) =>
        line.StartsWith("[xUnit.net ", StringComparison.Ordinal) && line.IndexOf(']', StringComparison.Ordinal) is > 0 and var end
            ? line[(end + 1)..]
            : line;

    private async Task<CompletedRun?> ListenAsync(CancellationToken cancellationToken)
    {
        while (await host.ReceiveAsync(cancellationToken) is { } message)
            switch (message.Type)
            {
                case MessageTypes.Progress:
                    Note(message.Payload);
                    await runner.SendAsync(message, cancellationToken);
                    break;
                case MessageTypes.Completed:
                    var completed = new CompletedRun(message);
                    if (completed.LastChange is { } last)
                    {
                        // The run goes on while another host does: what is known is told now.
                        Note(last);
                        await runner.SendAsync(new Message(MessageTypes.Progress, message.Version, last), cancellationToken);
                    }

                    return completed;
                case MessageTypes.Text when known.Count > 0 && known.Contains(WithoutClock(Discovery.LineOf(message).Text)):
                    break;
                default:
                    await runner.SendAsync(message, cancellationToken);
                    break;
            }

        return null;
    }

    private void Note(ReadOnlyMemory<byte> change)
    {
        foreach (var result in ReportedResult.ReadAll(change))
        {
            _ = _reported.Add(result.TestId);
            _results++;
            _start = result.Start is { } start && !(start >= _start) ? start : _start;
            _end = result.End is { } end && !(end <= _end) ? end : _end;
        }
    }
}
