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
    public void What_a_trait_names_goes_together_whatever_its_classes()
    {
        DiscoveredTest[] tests = [Test("N.A.M", null), Marked("N.A.P", "CrCache.Group", "g"), Test("N.B.M", null), Marked("N.C.M", "crcache.group", "g"), Marked("N.D.M", "CrCache.Group", "h")];

        Assert.Equal(["N.A.M N.A.P N.C.M", "N.B.M", "N.D.M"], TestGrouping.Group(tests).Select(g => string.Join(' ', g.Tests.Select(t => t.Name))));
    }

    [Fact]
    public void A_test_in_two_groups_makes_them_one() =>
        Assert.Single(TestGrouping.Group(
        [
            Marked("N.A.M", "CrCache.Group", "g"), Marked("N.B.M", "CrCache.Group", "h"), Marked("N.C.M", "CrCache.Group", "h"),
            Test("N.B.M2", null) with { Traits = [KeyValuePair.Create("CrCache.Group", "g")] },
        ]));

    [Theory]
    [InlineData("CrCache.Exclusive", "true", true)]
    [InlineData("crcache.exclusive", "True", true)]
    [InlineData("CrCache.Exclusive", "false", false)]
    [InlineData("Exclusive", "true", false)]
    public void One_exclusive_test_makes_its_group_exclusive(string trait, string value, bool expected) =>
        Assert.Equal([expected, false], TestGrouping.Group([Test("N.A.M", null), Marked("N.A.P", trait, value), Test("N.B.M", null)]).Select(g => g.IsExclusive));

    [Theory]
    [InlineData("N.Fixture(\"a.b(c)\",1).M", "N.Fixture", "N.Fixture")]
    [InlineData("N.Generic<Int32>.M", "N.Generic`1", "N.Generic`1")]
    [InlineData("N.C.one. (row)", "N.C", "N.C")]
    [InlineData("N.C.Inherited", "N.Base", "N.C")]
    public void NUnit_says_more_of_a_class_than_a_name_does(string fullName, string declaring, string expected) =>
        Assert.Equal(expected, TestGrouping.ClassOf(Test(fullName, null) with { DeclaringClass = declaring }));

    [Fact]
    public void An_assembly_says_most_of_a_class()
    {
        var here = typeof(Collections).Assembly.Location;
        var type = typeof(Collections.Plain).FullName!;
        var generic = typeof(Collections.Generic<>).FullName!.Split('`')[0];

        Assert.Equal([3, 2], TestGrouping.Group(
        [
            Test($"{type}.one. (row)", null, here), Test($"{type}(\"a.b(c)\").M", null, here), Test($"{type}.M", null, here),
            Test($"{generic}<Int32>.M", null, here), Test($"{generic}<List<String>>.M(\"x.y\")", null, here),
        ]).Select(g => g.Tests.Count));
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

    private static DiscoveredTest Marked(string fullName, string trait, string value) =>
        Test(fullName, null) with { Traits = [KeyValuePair.Create(trait, value)] };

    private static DiscoveredTest Test(string fullName, string? managedType, string source = "/nowhere.dll") =>
        new(Guid.NewGuid(), fullName, fullName, source, managedType, ReadOnlyMemory<byte>.Empty);
}
