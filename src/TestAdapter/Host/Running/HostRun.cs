using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>One host runs something: what it says goes on to the runner, and is counted on the way.</summary>
/// <param name="host">The host.</param>
/// <param name="runner">The runner.</param>
/// <param name="known">Lines that the runner has heard from the discovery, which are not told again.</param>
/// <param name="book">Where its results are counted; null to hold them back until somebody has judged them.</param>
internal sealed class HostRun(StockHost host, RunnerConnection runner, IReadOnlySet<string> known, RunBook? book)
{
    private readonly List<ReportedResult> _held = [];
    private readonly List<Message> _heldErrors = [];
    private DateTimeOffset? _start;
    private DateTimeOffset? _end;

    /// <summary>From the start of its first test to the end of its last.</summary>
    public TimeSpan Busy => _end - _start ?? TimeSpan.Zero;

    /// <summary>The results that were held back.</summary>
    public IReadOnlyList<ReportedResult> Held => _held;

    /// <summary>Errors that the host told meanwhile: each makes the run fail, so that whoever judges the results says whether they are.</summary>
    public IReadOnlyList<Message> HeldErrors => _heldErrors;

    /// <summary>Runs it; ends when the host's run has, or the host itself.</summary>
    /// <param name="start">The message that starts it.</param>
    /// <param name="cancellationToken">Stops listening.</param>
    /// <returns>How the run ended; null where the host did before.</returns>
    /// <exception cref="ProtocolException">The host speaks another protocol.</exception>
    public async Task<CompletedRun?> RunAsync(Message start, CancellationToken cancellationToken)
    {
        await host.SendAsync(start, cancellationToken);
        while (await host.ReceiveAsync(cancellationToken) is { } message)
            switch (message.Type)
            {
                case MessageTypes.Progress:
                    await TakeAsync(message, cancellationToken);
                    break;
                case MessageTypes.Completed:
                    // The run goes on while another host does: what is known is told now.
                    var completed = new CompletedRun(message);
                    if (completed.LastChange is { } last)
                        await TakeAsync(new Message(MessageTypes.Progress, message.Version, last), cancellationToken);
                    return completed;
                case MessageTypes.Text when known.Count > 0 && known.Contains(WithoutClock(Discovery.LineOf(message).Text)):
                    break;
                case MessageTypes.Text when book is null && Discovery.LineOf(message).Level == TextLevel.Error:
                    _heldErrors.Add(message);
                    break;
                default:
                    await runner.SendAsync(message, cancellationToken);
                    break;
            }

        return null;
    }

    /// <summary>A line without the clock that xUnit puts before each of its own, which differs from host to host.</summary>
    public static string WithoutClock(string line) =>
        line.StartsWith("[xUnit.net ", StringComparison.Ordinal) && line.IndexOf(']', StringComparison.Ordinal) is > 0 and var end
            ? line[(end + 1)..]
            : line;

    private async Task TakeAsync(Message change, CancellationToken cancellationToken)
    {
        var results = ReportedResult.ReadAll(change.Payload);
        foreach (var result in results)
        {
            _start = result.Start is { } start && !(start >= _start) ? start : _start;
            _end = result.End is { } end && !(end <= _end) ? end : _end;
        }

        if (book is null)
        {
            _held.AddRange(results);
            return;
        }

        book.Add(host.Name, results);
        await runner.SendAsync(change, cancellationToken);
    }
}
