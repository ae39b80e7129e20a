using System.Text.Json;

namespace CrCache.TestAdapter.Protocol;

/// <summary>
/// Cuts JSON into the bytes of its parts. Test cases and results travel through the fan-out host as the very bytes they
/// came as: nothing is lost that a newer platform adds, and nothing is spent on objects.
/// </summary>
internal static class JsonSlice
{
    /// <summary>How deep a message may be: no test's data comes near it.</summary>
    public static JsonReaderOptions Options { get; } = new() { MaxDepth = 512 };

    /// <summary>The values of an object's properties, as bytes; empty for null.</summary>
    /// <exception cref="ProtocolException">It is neither an object nor null.</exception>
    public static IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Object(ReadOnlyMemory<byte> json)
    {
        try
        {
            var parts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
            var reader = new Utf8JsonReader(json.Span, Options);
            if (!Enter(ref reader, JsonTokenType.StartObject))
                return parts;

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                parts[name] = Value(ref reader, json);
            }

            End(ref reader);
            return parts;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ProtocolException($"a message of the test platform is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>An array's elements, as bytes; none for null.</summary>
    /// <exception cref="ProtocolException">It is neither an array nor null.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Array(ReadOnlyMemory<byte> json)
    {
        try
        {
            var parts = new List<ReadOnlyMemory<byte>>();
            var reader = new Utf8JsonReader(json.Span, Options);
            if (!Enter(ref reader, JsonTokenType.StartArray))
                return parts;

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                parts.Add(Current(ref reader, json));
            End(ref reader);
            return parts;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ProtocolException($"a message of the test platform is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>The text of a string; null for anything else.</summary>
    public static string? Text(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, Options);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ProtocolException($"a message of the test platform is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>A whole number; null for anything else.</summary>
    public static long? Number(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, Options);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null;
        }
        catch (JsonException e)
        {
            throw new ProtocolException($"a message of the test platform is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Whether it is <c>true</c>.</summary>
    public static bool IsTrue(ReadOnlyMemory<byte> json) => json.Span.SequenceEqual("true"u8);

    private static bool Enter(ref Utf8JsonReader reader, JsonTokenType start)
    {
        if (!reader.Read())
            return false;
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        return reader.TokenType == start
            ? true
            : throw new ProtocolException($"a message of the test platform has {reader.TokenType} where {start} was expected");
    }

    private static ReadOnlyMemory<byte> Value(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        _ = reader.Read();
        return Current(ref reader, json);
    }

    private static ReadOnlyMemory<byte> Current(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static void End(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            // What follows the value is an error that the reader finds.
        }
    }
}
