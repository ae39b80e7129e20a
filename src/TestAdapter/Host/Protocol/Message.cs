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
    public IReadOnlyList<ReadOnlyMemory<byte>> Frame { get; private init; } = [Head(Type, Version), Payload, "}"u8.ToArray()];

    /// <summary>Reads a frame.</summary>
    /// <exception cref="ProtocolException">It is not a message.</exception>
    public static Message Parse(ReadOnlyMemory<byte> frame)
    {
        var parts = JsonSlice.Object(frame);
        return parts.TryGetValue("MessageType", out var type) && JsonSlice.Text(type) is { } name
            ? new Message(
                name,
                parts.TryGetValue("Version", out var version) ? (int)(JsonSlice.Number(version) ?? 0) : 0,
                parts.TryGetValue("Payload", out var payload) ? payload : Null)
            { Frame = [frame] }
            : throw new ProtocolException("a message of the test platform has no type");
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
