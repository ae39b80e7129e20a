using CsCheck;

namespace CrCache.Leasing.Selecting;

public sealed class FactOrderTests
{
    [Theory]
    [InlineData("2", "10")]
    [InlineData("-5", "3")]
    [InlineData("-5", "-4.5")]
    [InlineData("9", "1k")]
    [InlineData("1023", "1K")]
    [InlineData("1M", "1.5M")]
    [InlineData("1.5", "2k")]
    [InlineData("1023Mi", "1G")]
    [InlineData("8GB", "8193MiB")]
    [InlineData("1023g", "1T")]
    [InlineData("9007199254740992", "9007199254740993")]
    [InlineData("99999999999999999999999999999999999999", "100000000000000000000000000000000000000")]
    [InlineData("9.9", "9.10")]
    [InlineData("9.0.11", "10.0.1")]
    [InlineData("10.0", "10.0.1")]
    [InlineData("10.0.0-preview.7", "10.0.0-rc.1.25451.107")]
    [InlineData("10.0.0-rc.2", "10.0.0-rc.10")]
    [InlineData("10.0.0-rc.1", "10.0.0")]
    [InlineData("10.0.0-rc.1", "10")]
    [InlineData("6.2", "6.12.0-18-amd64")]
    [InlineData("6.12.0-9-amd64", "6.12.0-18-amd64")]
    [InlineData("6.10.3", "6.10.3-arch1-2")]
    [InlineData("10", "eu")]
    [InlineData("", "a")]
    [InlineData("B", "a")]
    public void The_first_is_less(string less, string more)
    {
        Assert.True(FactOrder.Compare(less, more) < 0);
        Assert.True(FactOrder.Compare(more, less) > 0);
    }

    [Theory]
    [InlineData("4", "004")]
    [InlineData("1024", "1k")]
    [InlineData("1Ki", "1K")]
    [InlineData("8589934592", "8GiB")]
    [InlineData("10", "10.0.0")]
    [InlineData("10.0.1", "10.0.01")]
    [InlineData("x", "x")]
    public void Both_are_the_same(string one, string other)
    {
        Assert.Equal(0, FactOrder.Compare(one, other));
        Assert.Equal(0, FactOrder.Compare(other, one));
    }

    [Fact]
    public void The_order_has_two_sides() =>
        Gen.Select(Gen.String[Gen.Char["019.-+ kKGiBarc\0é"], 0, 8], Gen.String[Gen.Char["019.-+ kKGiBarc\0é"], 0, 8]).Sample(
            (a, b) => Math.Sign(FactOrder.Compare(a, b)) == -Math.Sign(FactOrder.Compare(b, a)) && FactOrder.Compare(a, a) == 0,
            iter: 20_000);
}
