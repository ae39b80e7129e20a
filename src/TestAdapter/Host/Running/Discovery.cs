using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>What a test host found.</summary>
/// <param name="Tests">The tests.</param>
/// <param name="Warnings">What it had to say about them, information left out.</param>
/// <param name="IsComplete">False where it broke off: then a plain run shall show why.</param>
/// <param name="IsHostGone">True where it broke off because the host ended.</param>
internal sealed record Discovery(IReadOnlyList<DiscoveredTest> Tests, IReadOnlyList<Message> Warnings, bool IsComplete, bool IsHostGone = false)
{
    /// <summary>Lets a host find the tests of a run.</summary>
    /// <param name="host">The host, its protocol version agreed on.</param>
    /// <param name="initialize">The runner's message with the adapters; null where it sent none.</param>
    /// <param name="request">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProtocolException">The host speaks another protocol.</exception>
    public static async Task<Discovery> RunAsync(StockHost host, Message? initialize, RunRequest request, CancellationToken cancellationToken)
    {
        List<DiscoveredTest> tests = [];
        List<Message> warnings = [];
        if (initialize is not null)
            await host.SendAsync(new Message(MessageTypes.InitializeDiscovery, initialize.Version, initialize.Payload), cancellationToken);
        await host.SendAsync(request.ToDiscovery(), cancellationToken);
        while (await host.ReceiveAsync(cancellationToken) is { } message)
            switch (message.Type)
            {
                case MessageTypes.TestsFound:
                    tests.AddRange(DiscoveredTest.ReadAll(message.Payload));
                    break;
                case MessageTypes.DiscoveryCompleted:
                    var parts = JsonSlice.Object(message.Payload);
                    if (parts.TryGetValue("LastDiscoveredTests", out var last))
                        tests.AddRange(DiscoveredTest.ReadAll(last));
                    return new(tests, warnings, !(parts.TryGetValue("IsAborted", out var aborted) && JsonSlice.IsTrue(aborted)));
                case MessageTypes.Text when LineOf(message).Level != TextLevel.Informational:
                    warnings.Add(message);
                    break;
                default:
                    break;
            }

        return new(tests, warnings, IsComplete: false, IsHostGone: true);
    }

    /// <summary>A line for the user, taken apart.</summary>
    public static (TextLevel Level, string Text) LineOf(Message message)
    {
        var parts = JsonSlice.Object(message.Payload);
        return (
            parts.TryGetValue("MessageLevel", out var level) ? (TextLevel)(JsonSlice.Number(level) ?? 0) : TextLevel.Informational,
            parts.TryGetValue("Message", out var text) ? JsonSlice.Text(text) ?? "" : "");
    }
}
