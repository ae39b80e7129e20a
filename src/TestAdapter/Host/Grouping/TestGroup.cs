using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Grouping;

/// <summary>Tests that share state and so stay together: those of a class, or of an xUnit collection.</summary>
/// <param name="Tests">The tests, in the order they were found.</param>
/// <param name="Classes">How many classes they come from.</param>
internal sealed record TestGroup(IReadOnlyList<DiscoveredTest> Tests, int Classes);
