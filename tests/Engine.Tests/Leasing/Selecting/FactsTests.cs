using CsCheck;

namespace CrCache.Leasing.Selecting;

public sealed class FactsTests
{
    private static readonly Gen<KeyValuePair<string, string>[]> Pairs =
        Gen.Select(Gen.String[Gen.Char["abAB09_.-"], 0, 4].Select(n => "x" + n), Gen.String, KeyValuePair.Create).Array[0, 10];

    [Fact]
    public void Facts_come_back_from_the_store_as_they_were() => Pairs.Sample(pairs =>
    {
        Facts facts = new(pairs);
        var again = Facts.FromStored(facts.Stored);
        return again.Equals(facts) && again.Stored == facts.Stored && again.GetHashCode() == facts.GetHashCode()
            && pairs.All(p => again[p.Key] == facts[p.Key.ToUpperInvariant()]);
    });

    [Fact]
    public void Facts_are_equal_in_whatever_order_and_case_they_came()
    {
        Facts one = new([KeyValuePair.Create("OS", "linux"), KeyValuePair.Create("cores", "4")]);
        Facts other = new([KeyValuePair.Create("cores", "4"), KeyValuePair.Create("os", "linux")]);

        Assert.Equal(one, other);
        Assert.Equal("""{"cores":"4","os":"linux"}""", one.Stored);
        Assert.Equal(["cores", "os"], one.Names);
        Assert.NotEqual(one, new Facts([KeyValuePair.Create("os", "Linux"), KeyValuePair.Create("cores", "4")]));
    }

    [Fact]
    public void Nothing_known_is_an_empty_object()
    {
        Assert.Equal("{}", Facts.None.Stored);
        Assert.Null(Facts.None["os"]);
        Assert.Equal(Facts.None, Facts.FromStored("{}"));
    }

    [Fact]
    public void Of_two_facts_of_one_name_the_later_wins()
    {
        Facts probed = new([KeyValuePair.Create("os", "linux"), KeyValuePair.Create("arch", "x86_64")]);

        var both = probed.With(new([KeyValuePair.Create("OS", "bsd")]));

        Assert.Equal("""{"arch":"x86_64","os":"bsd"}""", both.Stored);
        Assert.Equal("linux", probed["os"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".x")]
    [InlineData("a b")]
    [InlineData("ü")]
    public void A_name_that_a_condition_cannot_say_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new Facts([KeyValuePair.Create(name, "1")]));
}
