namespace CrCache.Leasing;

/// <summary>A host that is passed over, because a resource could not be made there or did not work any more.</summary>
/// <param name="Until">For how long.</param>
/// <param name="Problem">What failed last.</param>
internal sealed record HostFailure(DateTimeOffset Until, string? Problem);
