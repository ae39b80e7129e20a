using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CrCache.TestAdapter.Protocol;

/// <summary>A message of the test host protocol: its type, the protocol's version, and a payload that stays bytes.</summary>
/// <param name="Type">Such as <c>TestExecution.Completed</c>.</param>
/// <param name="Version">The version it is written in; 0 where it does not say.</param>
/// <param name="Payload">The payload's JSON.</param>
internal sealed record Message(string Type, int Version, ReadOnlyMemory<byte> Payload)
{
    private static readonly ReadOnlyMemory<byte> Null = "null"u8.ToArray();

    /// <summary>The whole message, as parts to send one after another.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Frame
    {
        get => field ??= [Head(Type, Version), Payload, "}"u8.ToArray()];
        private init;
    }

    /// <summary>Reads a frame.</summary>
    /// <exception cref="ProtocolException">It is not a message.</exception>
    public static Message Parse(ReadOnlyMemory<byte> frame)
    {
        string? type = null;
        var version = 0;
        var payload = Null;
        try
        {
            // Not by JsonSlice: this is done for every message, most of which are only passed on.
            var reader = new Utf8JsonReader(frame.Span, JsonSlice.Options);
            _ = reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isType, isVersion, isPayload) =
                    (reader.ValueTextEquals("MessageType"u8), reader.ValueTextEquals("Version"u8), reader.ValueTextEquals("Payload"u8));
                _ = reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isType && reader.TokenType == JsonTokenType.String)
                    type = reader.GetString();
                else if (isVersion && reader.TokenType == JsonTokenType.Number)
                    _ = reader.TryGetInt32(out version);
                reader.Skip();
                if (isPayload)
                    payload = frame[start..(int)reader.BytesConsumed];
            }

            // What follows the message is an error that the reader finds.
            _ = reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ProtocolException($"a message of the test platform is not valid JSON: {e.Message}", e);
        }

        return type is null
            ? throw new ProtocolException("a message of the test platform has no type")
            : new Message(type, version, payload) { Frame = [frame] };
    }

    /// <summary>A message that carries a number.</summary>
    public static Message Of(string type, int number) => new(type, 0, Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A message that carries nothing.</summary>
    public static Message Of(string type) => new(type, 0, Null);

    /// <summary>A message whose payload is written.</summary>
    public static Message Write(string type, int version, Action<Utf8JsonWriter> payload)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            payload(writer);
        return new Message(type, version, buffer.WrittenMemory);
    }

    /// <summary>A line for the user, as test hosts send them.</summary>
    public static Message Line(TextLevel level, string text, int version) => Write(MessageTypes.Text, version, w =>
    {
        w.WriteStartObject();
        w.WriteNumber("MessageLevel", (int)level);
        w.WriteString("Message", text);
        w.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Head(string type, int version) => Encoding.UTF8.GetBytes(version > 0
        ? string.Create(CultureInfo.InvariantCulture, $$"""{"Version":{{version}},"MessageType":"{{type}}","Payload":""")
        : string.Create(CultureInfo.InvariantCulture, $$"""{"MessageType":"{{type}}","Payload":"""));
}
