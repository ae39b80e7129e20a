using System.Globalization;

namespace CrCache.TestAdapter.Protocol;

/// <summary>What the fan-out host needs to know of a result: whose it is, and when it ran.</summary>
/// <param name="TestId">The test's id. A theory that was not split into its rows has several results.</param>
/// <param name="Start">When it started; null where the host does not say.</param>
/// <param name="End">When it ended; null where the host does not say.</param>
internal readonly record struct ReportedResult(Guid TestId, DateTimeOffset? Start, DateTimeOffset? End)
{
    /// <summary>Reads the results of a change: <c>NewTestResults</c> of a progress message or of the last part of a run.</summary>
    public static IEnumerable<ReportedResult> ReadAll(ReadOnlyMemory<byte> change) =>
        JsonSlice.Object(change).TryGetValue("NewTestResults", out var results) ? JsonSlice.Array(results).Select(Read) : [];

    private static ReportedResult Read(ReadOnlyMemory<byte> json)
    {
        var parts = JsonSlice.Object(json);
        return parts.TryGetValue("TestCase", out var test)
            ? new(DiscoveredTest.IdOf(test), Time(parts, "StartTime"), Time(parts, "EndTime"))
            : throw new ProtocolException("a result without a test");
    }

    private static DateTimeOffset? Time(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, string name) =>
        parts.TryGetValue(name, out var value)
        && DateTimeOffset.TryParse(JsonSlice.Text(value), CultureInfo.InvariantCulture, out var time)
        && time > DateTimeOffset.UnixEpoch
            ? time
            : null;
}
