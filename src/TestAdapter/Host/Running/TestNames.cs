using CrCache.Scheduling;
using CrCache.TestAdapter.Grouping;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>What the history knows tests by: assembly, class and test. Rows of a theory have one name, and what they take is added up.</summary>
internal static class TestNames
{
    /// <summary>A test's name.</summary>
    public static WorkName Of(DiscoveredTest test) => WorkName.Of(Path.GetFileName(test.Source), TestGrouping.ClassOf(test), test.FullName);
}
