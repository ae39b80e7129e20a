using System.Text;
using System.Text.Json;

namespace CrCache.Ssh;

/// <summary>Endpoints as JSON: what is as usual is left out.</summary>
internal static class SshEndpointText
{
    /// <summary>An endpoint as an object; equal for equal ones.</summary>
    public static string Of(SshEndpoint endpoint)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            Write(json, endpoint);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>Writes the members of an object.</summary>
    public static void Write(Utf8JsonWriter json, SshEndpoint endpoint)
    {
        json.WriteString("host", endpoint.Host);
        Number(json, "port", endpoint.Port);
        if (endpoint.User is { } user)
            json.WriteString("user", user);
        Texts(json, "identityFiles", endpoint.IdentityFiles);
        Texts(json, "hostKeys", endpoint.HostKeys);
        if (endpoint.AcceptsNewHost is { } accepts)
            json.WriteBoolean("acceptsNewHost", accepts);
        Number(json, "connectTimeout", endpoint.ConnectTimeout?.TotalMilliseconds);
        Number(json, "transport", endpoint.Transport == default ? null : (int)endpoint.Transport);
        Number(json, "persist", endpoint.Persist?.TotalMilliseconds);
    }

    /// <summary>Reads an object.</summary>
    public static SshEndpoint Read(JsonElement json) => new(
        json.GetProperty("host").GetString()!,
        Number(json, "port"),
        json.TryGetProperty("user", out var user) ? user.GetString() : null)
    {
        IdentityFiles = Texts(json, "identityFiles"),
        HostKeys = Texts(json, "hostKeys"),
        AcceptsNewHost = json.TryGetProperty("acceptsNewHost", out var accepts) ? accepts.GetBoolean() : null,
        ConnectTimeout = Time(json, "connectTimeout"),
        Transport = (SshTransport)(Number(json, "transport") ?? 0),
        Persist = Time(json, "persist"),
    };

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, (long)number);
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static int? Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    private static TimeSpan? Time(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? TimeSpan.FromMilliseconds(value.GetInt64()) : null;

    private static IReadOnlyList<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(t => t.GetString()!)] : [];
}
