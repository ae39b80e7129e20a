using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CrCache.Configuration;

namespace CrCache.Cli;

/// <summary>One JSON document on one line, written field by field: no reflection, nothing to warm up.</summary>
internal static class JsonText
{
    public static string Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>An array with one object an item.</summary>
    public static string Array<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> fields) => Of(writer =>
    {
        writer.WriteStartArray();
        Objects(writer, items, fields);
        writer.WriteEndArray();
    });

    /// <summary>One object an item, into an array that is open.</summary>
    public static void Objects<T>(Utf8JsonWriter writer, IEnumerable<T> items, Action<Utf8JsonWriter, T> fields)
    {
        foreach (var item in items)
        {
            writer.WriteStartObject();
            fields(writer, item);
            writer.WriteEndObject();
        }
    }

    /// <summary>A number, or null where there is none.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
        else
            writer.WriteNull(name);
    }

    /// <summary>What is bound to a source's parameters, as an object; empty for nothing.</summary>
    public static void WriteBinding(this Utf8JsonWriter writer, string binding)
    {
        writer.WriteStartObject("binding");
        foreach (var (parameter, value) in SourceReference.BindingsOf(binding))
            writer.WriteString(parameter, value);
        writer.WriteEndObject();
    }

    /// <summary>A time, or null where there is none.</summary>
    public static void WriteTimeOrNull(this Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.WriteString(name, time);
        else
            writer.WriteNull(name);
    }
}
