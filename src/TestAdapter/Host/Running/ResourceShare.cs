namespace CrCache.TestAdapter.Running;

/// <summary>What a resource did in a run.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Classes">How many classes its tests are from; null where that is not known.</param>
/// <param name="Results">How many results came from it.</param>
/// <param name="Busy">How long it ran tests.</param>
internal sealed record ResourceShare(string Resource, int? Classes, int Results, TimeSpan Busy);
