namespace CrCache.Leasing;

/// <summary>A resource that was given up, whatever is left of it.</summary>
/// <param name="Resource">Its name.</param>
/// <param name="Left">What its source may have left, and where, for a person to read; null for nothing of its own.</param>
public sealed record ForgottenResource(string Resource, string? Left);
