using System.Globalization;
using CsCheck;

namespace CrCache.Sources;

public sealed class HostListTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a, b\tc\nd,,e", "a b c d e")]
    [InlineData("lab[1-3]", "lab1 lab2 lab3")]
    [InlineData("lab[01-03]", "lab01 lab02 lab03")]
    [InlineData("lab[08-11].example.org", "lab08.example.org lab09.example.org lab10.example.org lab11.example.org")]
    [InlineData("lab[9-11]", "lab9 lab10 lab11")]
    [InlineData("lab[1-2,7],x", "lab1 lab2 lab7 x")]
    [InlineData("lab[1-2, 7] x", "lab1 lab2 lab7 x")]
    [InlineData("r[1-2]n[1-2]", "r1n1 r1n2 r2n1 r2n2")]
    [InlineData("me@lab[1-2]:2222", "me@lab1:2222 me@lab2:2222")]
    [InlineData("[::1]:22 ::2 me@[fe80::1]:22", "[::1]:22 ::2 me@[fe80::1]:22")]
    public void A_list_is_read(string text, string hosts) => Assert.Equal(hosts.Split(' '), HostList.Expand(text));

    [Theory]
    [InlineData("", "no host")]
    [InlineData(" , ", "no host")]
    [InlineData("lab[1-2", "without a ]")]
    [InlineData("lab[]", "no range")]
    [InlineData("lab[a-c]", "no range")]
    [InlineData("lab[1-2-3]", "no range")]
    [InlineData("lab[-3]", "no range")]
    [InlineData("lab[3-1]", "backwards")]
    [InlineData("lab[1-10001]", "more than 10000")]
    [InlineData("lab[1-999999999]", "more than 10000")]
    [InlineData("lab[9999999999]", "no range")]
    [InlineData("a[1-200]b[1-200]", "more than 10000")]
    [InlineData("a[1-6000] b[1-6000]", "more than 10000")]
    [InlineData("a,b,A", "twice")]
    [InlineData("lab1,lab[1-2]", "twice")]
    public void What_is_no_list_says_why(string text, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => HostList.Expand(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_greatest_list_is_read() => Assert.Equal(10_000, HostList.Expand("lab[00001-10000]").Count);

    [Fact]
    public void A_range_is_its_numbers_in_their_width() => Gen.Select(Gen.Int[0, 999], Gen.Int[0, 200], Gen.Int[1, 6]).Sample((first, more, width) =>
    {
        var written = first.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');

        Assert.Equal(
            Enumerable.Range(first, more + 1).Select(n => $"a{n.ToString(CultureInfo.InvariantCulture).PadLeft(written.Length, '0')}z"),
            HostList.Expand($"a[{written}-{first + more}]z"));
    });

    [Fact]
    public void Any_text_is_a_list_or_says_why_not() => Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.OneOf('[', ']', ',', '-', '1', '9')), 0, 40].Sample(text =>
    {
        try
        {
            Assert.NotEmpty(HostList.Expand(text));
        }
        catch (FormatException e)
        {
            Assert.NotEmpty(e.Message);
        }
    });
}
