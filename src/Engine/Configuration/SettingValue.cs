namespace CrCache.Configuration;

/// <summary>A value as it stands in a file.</summary>
/// <param name="Text">The value, trimmed.</param>
/// <param name="Location">Where it stands; null for a default.</param>
public readonly record struct SettingValue(string Text, SourceLocation? Location);
