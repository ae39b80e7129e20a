using System.Text.Json;

namespace CrCache.TestAdapter.Protocol;

/// <summary>What the fan-out host needs to know of a result: whose it is, and when it ran.</summary>
/// <param name="TestId">The test's id. A theory that was not split into its rows has several results.</param>
/// <param name="Start">When it started; null where the host does not say.</param>
/// <param name="End">When it ended; null where the host does not say.</param>
internal readonly record struct ReportedResult(Guid TestId, DateTimeOffset? Start, DateTimeOffset? End)
{
    /// <summary>
    /// Reads the results of a change: <c>NewTestResults</c> of a progress message or of the last part of a run. Every result
    /// of a run comes through here, so it is one pass that makes no objects.
    /// </summary>
    /// <exception cref="ProtocolException">A result lacks what every result has.</exception>
    public static IReadOnlyList<ReportedResult> ReadAll(ReadOnlyMemory<byte> change)
    {
        try
        {
            List<ReportedResult> results = [];
            var reader = new Utf8JsonReader(change.Span, JsonSlice.Options);
            _ = reader.Read();
            while (Property(ref reader))
            {
                var isResults = reader.ValueTextEquals("NewTestResults"u8);
                _ = reader.Read();
                if (isResults && reader.TokenType == JsonTokenType.StartArray)
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                        results.Add(Read(ref reader, change));
                else
                    reader.Skip();
            }

            return results;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ProtocolException($"a result is not valid JSON: {e.Message}", e);
        }
    }

    private static ReportedResult Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> change)
    {
        Guid? id = null;
        DateTimeOffset? start = null;
        DateTimeOffset? end = null;
        while (Property(ref reader))
            if (reader.ValueTextEquals("TestCase"u8))
            {
                _ = reader.Read();
                id = ReadTest(ref reader, change);
            }
            else if (reader.ValueTextEquals("StartTime"u8))
            {
                start = ReadTime(ref reader);
            }
            else if (reader.ValueTextEquals("EndTime"u8))
            {
                end = ReadTime(ref reader);
            }
            else
            {
                SkipValue(ref reader);
            }

        return new(id ?? throw new ProtocolException("a result without a test"), start, end);
    }

    private static Guid ReadTest(ref Utf8JsonReader reader, ReadOnlyMemory<byte> change)
    {
        var start = (int)reader.TokenStartIndex;
        Guid? id = null;
        while (Property(ref reader))
        {
            var isId = reader.ValueTextEquals("Id"u8);
            _ = reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var guid))
                id = guid;
            else
                reader.Skip();
        }

        return id ?? DiscoveredTest.IdOf(change[start..(int)reader.BytesConsumed]);
    }

    private static DateTimeOffset? ReadTime(ref Utf8JsonReader reader)
    {
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.TryGetDateTimeOffset(out var time) && time > DateTimeOffset.UnixEpoch ? time : null;
        reader.Skip();
        return null;
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        _ = reader.Read();
        reader.Skip();
    }

    private static bool Property(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;
}
