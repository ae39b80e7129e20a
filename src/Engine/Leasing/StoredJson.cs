using System.Text.Json;
using System.Text.Json.Serialization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Leasing;

/// <summary>What a resource's row remembers as JSON.</summary>
internal static class StoredJson
{
    // They say how many resources there are, not what one is: changing them does not make what is cached stale.
    private static readonly string[] Limits = ["reserve", "maximum"];

    /// <summary>A route, for the store.</summary>
    public static string Of(Route route) => JsonSerializer.Serialize(route, StoredJsonContext.Default.Route);

    /// <summary>A route, from the store.</summary>
    public static Route Route(string json) =>
        JsonSerializer.Deserialize(json, StoredJsonContext.Default.Route) ?? throw new JsonException("a route is null");

    /// <summary>What a source's resources are made from, without its limits; equal for equal settings.</summary>
    public static string Of(SourceSettings settings) => JsonSerializer.Serialize(
        new RememberedSource(
            settings.Name,
            settings.Type,
            settings.Directory,
            settings.Concurrency,
            new SortedDictionary<string, string>(
                settings.Values.Where(v => !Limits.Contains(v.Key)).ToDictionary(v => v.Key, v => v.Value.Text),
                StringComparer.Ordinal)),
        StoredJsonContext.Default.RememberedSource);

    /// <summary>A source as it was when a resource was made.</summary>
    public static SourceSettings Settings(string json)
    {
        var source = JsonSerializer.Deserialize(json, StoredJsonContext.Default.RememberedSource) ?? throw new JsonException("a source is null");
        return new SourceSettings
        {
            Name = source.Name,
            Type = source.Type,
            Directory = source.Directory,
            Concurrency = source.Concurrency,
            Values = source.Values.ToDictionary(v => v.Key, v => new SettingValue(v.Value, null)),
        };
    }
}

/// <summary>A source's settings, as a row has them.</summary>
internal sealed record RememberedSource(string Name, string Type, string? Directory, int? Concurrency, SortedDictionary<string, string> Values);

/// <summary>Serialisation without reflection.</summary>
[JsonSerializable(typeof(Route))]
[JsonSerializable(typeof(RememberedSource))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class StoredJsonContext : JsonSerializerContext;
