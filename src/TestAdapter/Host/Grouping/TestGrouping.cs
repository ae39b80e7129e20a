using System.Text;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Grouping;

/// <summary>Groups tests by what they share: their class, and what ties classes together: an xUnit collection, a fixture that another one depends on, a trait.</summary>
internal static class TestGrouping
{
    /// <summary>The trait that pins everything together that has the same value.</summary>
    public const string GroupTrait = "CrCache.Group";

    /// <summary>The trait that, if <c>true</c>, keeps everything else off the resource meanwhile.</summary>
    public const string ExclusiveTrait = "CrCache.Exclusive";

    /// <summary>Groups the tests; every test is in exactly one group, and groups come in the order of their first test.</summary>
    public static IReadOnlyList<TestGroup> Group(IReadOnlyList<DiscoveredTest> tests)
    {
        using var assemblies = new TestAssemblies();
        Ties<(string Source, string Name)> ties = new();
        HashSet<(string, string)> seen = [];
        List<(DiscoveredTest Test, (string, string) Class)> placed = [];
        foreach (var test in tests)
        {
            var name = test.ManagedType is { Length: > 0 } managed ? managed : assemblies.ClassIn(test.Source, test.FullName) ?? ClassOf(test);
            var key = (test.Source, assemblies.CollectionOf(test.Source, name) ?? $"class {name}");
            if (seen.Add((test.Source, name)))
                foreach (var other in assemblies.DependenciesOf(test.Source, name))
                    ties.Tie(key, (test.Source, $"class {other}"));
            foreach (var value in Values(test, GroupTrait))
                ties.Tie(key, ("", $"pinned {value}"));
            placed.Add((test, key));
        }

        return [.. placed.GroupBy(p => ties.RootOf(p.Class)).Select(group => new TestGroup(
            [.. group.Select(p => p.Test)],
            IsExclusive: group.Any(p => Values(p.Test, ExclusiveTrait).Any(v => v.Equals("true", StringComparison.OrdinalIgnoreCase)))))];
    }

    /// <summary>Whether an assembly may have tests that want their resource for themselves: the trait's name stands somewhere in it.</summary>
    public static bool MayBeExclusive(string source)
    {
        try
        {
            return File.ReadAllBytes(source).AsSpan().IndexOf(Encoding.UTF8.GetBytes(ExclusiveTrait)) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The class a test belongs to, as reflection names it.</summary>
    public static string ClassOf(DiscoveredTest test)
    {
        if (!string.IsNullOrEmpty(test.ManagedType))
            return test.ManagedType;
        if (test.DeclaringClass is { Length: > 0 } declaring && test.FullName.StartsWith(declaring.Split('`')[0], StringComparison.Ordinal))
            return declaring;

        // Arguments may hold dots of their own: only what stands before them is a name.
        var end = test.FullName.IndexOf('(', StringComparison.Ordinal);
        var name = end < 0 ? test.FullName : test.FullName[..end];
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }

    private static IEnumerable<string> Values(DiscoveredTest test, string trait) =>
        test.Traits.Where(t => t.Key.Equals(trait, StringComparison.OrdinalIgnoreCase)).Select(t => t.Value);
}
