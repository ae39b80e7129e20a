using System.Text.Json;

namespace CrCache.Ssh;

/// <summary>Endpoints as JSON: what is as usual is left out.</summary>
internal static class SshEndpointText
{
    /// <summary>Writes the members of an object.</summary>
    public static void Write(Utf8JsonWriter json, SshEndpoint endpoint)
    {
        json.WriteString("host", endpoint.Host);
        if (endpoint.Port is { } port)
            json.WriteNumber("port", port);
        if (endpoint.User is { } user)
            json.WriteString("user", user);
    }

    /// <summary>Reads an object.</summary>
    public static SshEndpoint Read(JsonElement json) => new(
        json.GetProperty("host").GetString()!,
        json.TryGetProperty("port", out var port) ? port.GetInt32() : null,
        json.TryGetProperty("user", out var user) ? user.GetString() : null);
}
