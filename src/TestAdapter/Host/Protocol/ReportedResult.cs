using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace CrCache.TestAdapter.Protocol;

/// <summary>What the fan-out host needs to know of a result: whose it is, and when it ran.</summary>
/// <param name="TestId">The test's id. A theory that was not split into its rows has several results.</param>
/// <param name="Start">When it started; null where the host does not say.</param>
/// <param name="End">When it ended; null where the host does not say.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Duration">How long it took, by its host's own watch; null where the host does not say.</param>
/// <param name="Json">All of it, to be passed on as it is.</param>
internal readonly record struct ReportedResult(
    Guid TestId, DateTimeOffset? Start, DateTimeOffset? End, TestOutcome Outcome, TimeSpan? Duration, ReadOnlyMemory<byte> Json)
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

    /// <summary>What went wrong, in one line; empty where the host says nothing.</summary>
    public string Problem => JsonSlice.Object(Json).TryGetValue("ErrorMessage", out var message) && JsonSlice.Text(message) is { } text
        ? Shown.Cut(text.Trim())
        : "";

    /// <summary>The same result with something said about it, as if the test had written it.</summary>
    public ReportedResult WithMessage(string text)
    {
        var parts = JsonSlice.Object(Json);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in parts.Where(p => p.Key != "Messages"))
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(value.Span, skipInputValidation: true);
            }

            writer.WriteStartArray("Messages");
            foreach (var message in parts.TryGetValue("Messages", out var messages) ? JsonSlice.Array(messages) : [])
                writer.WriteRawValue(message.Span, skipInputValidation: true);
            writer.WriteStartObject();
            writer.WriteString("Text", text);
            writer.WriteString("Category", "StdOutMsgs");
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return this with { Json = buffer.WrittenMemory };
    }

    /// <summary>Results as a progress message has them.</summary>
    public static Message Change(IEnumerable<ReportedResult> results, int version) => Message.Write(MessageTypes.Progress, version, w =>
    {
        w.WriteStartObject();
        w.WriteStartArray("NewTestResults");
        foreach (var result in results)
            w.WriteRawValue(result.Json.Span, skipInputValidation: true);
        w.WriteEndArray();
        w.WriteNull("TestRunStatistics");
        w.WriteStartArray("ActiveTests");
        w.WriteEndArray();
        w.WriteEndObject();
    });

    private static ReportedResult Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> change)
    {
        var begin = (int)reader.TokenStartIndex;
        Guid? id = null;
        var outcome = TestOutcome.None;
        TimeSpan? duration = null;
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
            else if (reader.ValueTextEquals("Outcome"u8))
            {
                _ = reader.Read();
                outcome = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? (TestOutcome)number : TestOutcome.None;
            }
            else if (reader.ValueTextEquals("Duration"u8))
            {
                _ = reader.Read();
                duration = reader.TokenType == JsonTokenType.String && TimeSpan.TryParse(reader.GetString(), CultureInfo.InvariantCulture, out var time) ? time : null;
            }
            else
            {
                SkipValue(ref reader);
            }

        return new(
            id ?? throw new ProtocolException("a result without a test"), start, end, outcome, duration, change[begin..(int)reader.BytesConsumed]);
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
