using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Grouping;

/// <summary>Tests that share state and so stay together: those of a class, or of an xUnit collection.</summary>
/// <param name="Tests">The tests, in the order they were found.</param>
/// <param name="IsExclusive">True where nothing else is to run on their resource meanwhile.</param>
internal sealed record TestGroup(IReadOnlyList<DiscoveredTest> Tests, bool IsExclusive);
