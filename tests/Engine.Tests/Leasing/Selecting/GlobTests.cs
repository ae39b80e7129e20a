using System.Text.RegularExpressions;
using CsCheck;

namespace CrCache.Leasing.Selecting;

public sealed class GlobTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("*", "", true)]
    [InlineData("?", "", false)]
    [InlineData("a*b*c", "axbxbyc", true)]
    [InlineData("*ab", "aab", true)]
    [InlineData("a?c", "a🙂c", true)]
    [InlineData("a??c", "a🙂c", false)]
    [InlineData("*🙂", "🙂🙂", true)]
    [InlineData("[a]", "a", false)]
    public void A_pattern_is_for_the_whole_text(string pattern, string text, bool matches) => Assert.Equal(matches, Glob.Matches(pattern, text));

    [Fact]
    public void Patterns_match_as_regular_expressions_do() => Gen.Select(Gen.String[Gen.Char["ab*?"], 0, 8], Gen.String[Gen.Char["ab"], 0, 10]).Sample(
        (pattern, text) => Glob.Matches(pattern, text)
            == Regex.IsMatch(text, $"^{pattern.Replace("?", ".", StringComparison.Ordinal).Replace("*", ".*", StringComparison.Ordinal)}$"),
        iter: 5_000);
}
