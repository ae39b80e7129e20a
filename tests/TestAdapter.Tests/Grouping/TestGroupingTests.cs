using CrCache.Scheduling;
using CrCache.TestAdapter.Protocol;
using CsCheck;

namespace CrCache.TestAdapter.Grouping;

public sealed class TestGroupingTests
{
    [Theory]
    [InlineData("N.C.M", null, "N.C")]
    [InlineData("N.C.M(text: \"a.b(c).d\")", null, "N.C")]
    [InlineData("N.C+D.M", null, "N.C+D")]
    [InlineData("Unqualified", null, "Unqualified")]
    [InlineData("(.(", null, "")]
    [InlineData("N.G`1.M", "N.H", "N.H")]
    [InlineData("N.C.M", "", "N.C")]
    public void A_tests_class_is_found_in_its_name(string fullName, string? managedType, string expected) =>
        Assert.Equal(expected, TestGrouping.ClassOf(Test(fullName, managedType)));

    [Fact]
    public void Equal_class_names_in_two_assemblies_are_two_groups() =>
        Assert.Equal(2, TestGrouping.Group([Test("N.C.M", null), Test("N.C.M", null, "/other.dll")]).Count);

    [Fact]
    public void A_collection_is_one_group_of_several_classes()
    {
        var here = typeof(Collections).Assembly.Location;
        var group = Assert.Single(TestGrouping.Group([.. new[] { typeof(Collections.Named), typeof(Collections.Inherits) }
            .Select(t => Test($"{t.FullName}.M", t.FullName, here))]));

        Assert.Equal(2, group.Tests.Count);
    }

    [Fact]
    public void Every_test_is_given_to_exactly_one_place_and_no_group_is_torn() =>
        Gen.Select(Gen.Int[0, 12].Array[0, 200], Gen.Int[1, 4].Array[1, 9]).Sample((classes, slots) =>
        {
            DiscoveredTest[] tests = [.. classes.Select((c, i) => Test($"N.C{c}.M{i}", null))];
            var parts = WorkPlan.Divide(TestGrouping.Group(tests), g => g.Tests.Count, [.. slots.Select(s => (double)s)]);

            Assert.Equal(tests.Select(t => t.Id).Order(), parts.SelectMany(p => p).SelectMany(g => g.Tests).Select(t => t.Id).Order());
            var places = parts.SelectMany((p, place) => p.SelectMany(g => g.Tests).Select(t => (Class: TestGrouping.ClassOf(t), place)));
            Assert.All(places.GroupBy(p => p.Class), c => Assert.Single(c.Select(p => p.place).Distinct()));
        });

    private static DiscoveredTest Test(string fullName, string? managedType, string source = "/nowhere.dll") =>
        new(Guid.NewGuid(), fullName, fullName, source, managedType, ReadOnlyMemory<byte>.Empty);
}
