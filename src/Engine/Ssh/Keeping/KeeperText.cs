using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CrCache.Ssh.Keeping;

/// <summary>Calls, failures and ends as JSON.</summary>
internal static class KeeperText
{
    public static ReadOnlyMemory<byte> Of(SshCall call) => Write(json =>
    {
        json.WriteStartArray("hops");
        foreach (var hop in call.Hops)
        {
            json.WriteStartObject();
            SshEndpointText.Write(json, hop);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("configuration", call.Configuration);
        json.WriteString("line", call.Line);
        json.WriteNumber("persist", call.Persist.TotalSeconds);
        json.WriteStartArray("abandon");
        foreach (var line in call.Abandon)
            json.WriteStringValue(line);
        json.WriteEndArray();
        if (call.Terminal is not { } terminal)
            return;
        json.WriteString("terminal", terminal.Type);
        json.WriteNumber("columns", terminal.Columns);
        json.WriteNumber("rows", terminal.Rows);
    });

    /// <summary>A call.</summary>
    /// <exception cref="JsonException">It is none. Likewise the other three.</exception>
    /// <exception cref="KeyNotFoundException"/>
    /// <exception cref="InvalidOperationException"/>
    /// <exception cref="FormatException"/>
    public static SshCall Call(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return new([.. root.GetProperty("hops").EnumerateArray().Select(SshEndpointText.Read)], root.GetProperty("configuration").GetString(), root.GetProperty("line").GetString()!)
        {
            Persist = TimeSpan.FromSeconds(root.GetProperty("persist").GetDouble()),
            Abandon = [.. root.GetProperty("abandon").EnumerateArray().Select(l => l.GetString()!)],
            Terminal = root.TryGetProperty("terminal", out var type)
                ? new(type.GetString()!, root.GetProperty("columns").GetInt32(), root.GetProperty("rows").GetInt32())
                : null,
        };
    }

    public static ReadOnlyMemory<byte> Of(SshFailure failure) => Write(json =>
    {
        json.WriteString("message", failure.Message);
        json.WriteString("code", failure.Code);
        if (failure.Setting is not { } setting)
            return;
        json.WriteString("file", setting.File);
        json.WriteNumber("at", setting.Line);
    });

    /// <summary>A failure; null where it is none.</summary>
    public static SshFailure? Failure(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return new(root.GetProperty("message").GetString()!)
            {
                Code = root.GetProperty("code").GetString(),
                Setting = root.TryGetProperty("file", out var file) ? new(file.GetString()!, root.GetProperty("at").GetInt32()) : null,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public static ReadOnlyMemory<byte> Of(SshEnd end) => Write(json =>
    {
        if (end.ExitCode is { } code)
            json.WriteNumber("code", code);
        json.WriteString("signal", end.Signal);
        json.WriteString("lost", end.Lost);
    });

    /// <inheritdoc cref="Call"/>
    public static SshEnd End(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return new(
            root.TryGetProperty("code", out var code) ? code.GetInt32() : null, root.GetProperty("signal").GetString(), root.GetProperty("lost").GetString());
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        ArrayBufferWriter<byte> text = new(256);
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return text.WrittenMemory;
    }
}
