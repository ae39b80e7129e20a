using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A resource as its source type describes it.</summary>
/// <param name="Route">The way in, from the resource it is layered on (<see cref="Routes.Route.Via"/> is filled in for the type).</param>
/// <param name="Concurrency">Units of work it takes at once, as probed; null for as many as what it is layered on.</param>
public sealed record ResourceDraft(Route Route, int? Concurrency);
