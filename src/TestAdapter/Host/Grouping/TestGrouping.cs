using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Grouping;

/// <summary>Groups tests by what they share: their xUnit collection where they name one, else their class.</summary>
internal static class TestGrouping
{
    /// <summary>Groups the tests; every test is in exactly one group, and groups come in the order of their first test.</summary>
    public static IReadOnlyList<TestGroup> Group(IReadOnlyList<DiscoveredTest> tests)
    {
        using var assemblies = new TestAssemblies();
        return [.. tests
            .GroupBy(test => (test.Source, assemblies.CollectionOf(test.Source, ClassOf(test)) ?? $"class {ClassOf(test)}"))
            .Select(group => new TestGroup([.. group], IsExclusive: false))];
    }

    /// <summary>The class a test belongs to, as reflection names it.</summary>
    public static string ClassOf(DiscoveredTest test)
    {
        if (!string.IsNullOrEmpty(test.ManagedType))
            return test.ManagedType;

        // Arguments may hold dots of their own: only what stands before them is a name.
        var end = test.FullName.IndexOf('(', StringComparison.Ordinal);
        var name = end < 0 ? test.FullName : test.FullName[..end];
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }
}
