using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CrCache.Configuration;
using CrCache.Routes;
using CrCache.Ssh;

namespace CrCache.Leasing;

/// <summary>
/// What a resource's row remembers as JSON. Written by hand: every command reads or compares one, and setting a serialiser up for it
/// takes longer than all else that a command does.
/// </summary>
internal static class StoredJson
{
    // They say how many resources there are and what they are called, not what one is: changing them does not make what is cached stale.
    private static readonly string[] Limits = ["reserve", "maximum", "max_use_count", "max_age", "idle_time", "labels"];

    /// <summary>A route, for the store: what is as usual is left out.</summary>
    public static string Of(Route route) => Write(json =>
    {
        Text(json, "via", route.Via);
        if (route.Ssh is { } ssh)
        {
            json.WriteStartObject("ssh");
            SshEndpointText.Write(json, ssh);
            json.WriteEndObject();
        }

        Texts(json, "prefix", route.Prefix);
        Text(json, "baseDirectory", route.BaseDirectory);
        Text(json, "baseProcessStart", route.BaseProcessStart?.ToString(CultureInfo.InvariantCulture));
        Text(json, "baseProcessFile", route.BaseProcessFile);
        Text(json, "user", route.User);
        Text(json, "workingDirectory", route.WorkingDirectory);
        Map(json, "environment", route.Environment);
        Number(json, "copyMode", route.CopyMode == default ? null : (int)route.CopyMode);
    });

    /// <summary>A route, from the store.</summary>
    public static Route Route(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new()
        {
            Via = Text(root, "via"),
            Ssh = root.TryGetProperty("ssh", out var ssh) ? SshEndpointText.Read(ssh) : null,
            Prefix = Texts(root, "prefix"),
            BaseDirectory = Text(root, "baseDirectory"),
            BaseProcessStart = Text(root, "baseProcessStart") is { } start ? long.Parse(start, CultureInfo.InvariantCulture) : null,
            BaseProcessFile = Text(root, "baseProcessFile"),
            User = Text(root, "user"),
            WorkingDirectory = Text(root, "workingDirectory"),
            Environment = Map(root, "environment"),
            CopyMode = (CopyMode)(Number(root, "copyMode") ?? 0),
        };
    }

    /// <summary>What a source's resources are made from, without its limits; equal for equal settings.</summary>
    public static string Of(SourceSettings settings) => Write(json =>
    {
        Text(json, "name", settings.Name);
        Text(json, "type", settings.Type);
        Text(json, "directory", settings.Directory);
        Number(json, "concurrency", settings.Concurrency);
        Text(json, "bindings", settings.Bindings.Length > 0 ? settings.Bindings : null);
        Map(json, "values", settings.Values
            .Where(v => !Limits.Contains(v.Key))
            .OrderBy(v => v.Key, StringComparer.Ordinal)
            .Select(v => KeyValuePair.Create(v.Key, v.Value.Text)));
    });

    /// <summary>A source as it was when a resource was made.</summary>
    public static SourceSettings Settings(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new SourceSettings
        {
            Name = Text(root, "name")!,
            Type = Text(root, "type")!,
            Directory = Text(root, "directory"),
            Concurrency = Number(root, "concurrency"),
            Bindings = Text(root, "bindings") ?? "",
            Values = Map(root, "values").ToDictionary(v => v.Key, v => new SettingValue(v.Value, null)),
        };
    }

    /// <summary>What a request that waits wants.</summary>
    public static string Of(IReadOnlyList<ResourceDemand> demands) => Write(json =>
    {
        json.WriteStartArray("demands");
        foreach (var demand in demands)
        {
            json.WriteStartObject();
            Text(json, "source", demand.Source);
            Number(json, "count", demand.Count);
            Number(json, "atLeast", demand.AtLeast);
            Text(json, "where", demand.Where);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>What a request that waits wants, from the store.</summary>
    public static IReadOnlyList<ResourceDemand> Demands(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("demands").EnumerateArray().Select(
            d => new ResourceDemand(Text(d, "source")!, Number(d, "count")!.Value) { AtLeast = Number(d, "atLeast")!.Value, Where = Text(d, "where") })];
    }

    /// <summary>What tells a command on a host.</summary>
    public static string Of(FarMark mark) => Write(json =>
    {
        json.WriteStartArray("hops");
        foreach (var hop in mark.Hops)
        {
            json.WriteStartObject();
            SshEndpointText.Write(json, hop);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Text(json, "configuration", mark.Configuration);
        Text(json, "mark", mark.Mark);
        Texts(json, "users", mark.Users);
    });

    /// <summary>What tells a command on a host, from where it was written down; null where that is no such thing.</summary>
    public static FarMark? FarMark(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return new(
                [.. root.GetProperty("hops").EnumerateArray().Select(SshEndpointText.Read)],
                Text(root, "configuration"),
                Text(root, "mark")!,
                Texts(root, "users"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null; // half a line, of one that was killed
        }
    }

    private static string Write(Action<Utf8JsonWriter> members)
    {
        ArrayBufferWriter<byte> text = new(256);
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Map(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> map)
    {
        var begun = false;
        foreach (var (key, value) in map)
        {
            if (!begun)
            {
                json.WriteStartObject(name);
            }

            begun = true;
            json.WriteString(key, value);
        }

        if (begun)
        {
            json.WriteEndObject();
        }
    }

    private static IReadOnlyList<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(w => w.GetString()!)] : [];

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static int? Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    private static Dictionary<string, string> Map(JsonElement json, string name) =>
        json.TryGetProperty(name, out var map) ? map.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!) : [];
}
