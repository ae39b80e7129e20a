namespace CrCache.Configuration;

/// <summary>A source as configured: one directory <c>sources/NAME/</c> with its <c>source.conf</c>, checked.</summary>
public sealed record SourceSettings
{
    /// <summary>The source's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its type.</summary>
    public required string Type { get; init; }

    /// <summary>Its directory; null for the implicit <c>local</c>.</summary>
    public required string? Directory { get; init; }

    /// <summary>Resources to keep when they are given back, from 0.</summary>
    public int Reserve { get; init; }

    /// <summary>The most it may own; null for no limit.</summary>
    public int? Maximum { get; init; }

    /// <summary>Units of work a resource takes at once; null to probe.</summary>
    public int? Concurrency { get; init; }

    /// <summary>The sources it is layered on, in order.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>The settings of its type's own, by key, with where they stand.</summary>
    public IReadOnlyDictionary<string, SettingValue> Values { get; init; } = new Dictionary<string, SettingValue>();
}
