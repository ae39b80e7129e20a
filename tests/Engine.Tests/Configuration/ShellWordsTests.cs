namespace CrCache.Configuration;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  a\tb\nc ", "a|b|c")]
    [InlineData("-v /a:/b --env 'A=b c'", "-v|/a:/b|--env|A=b c")]
    [InlineData("""a\ b "c \" \\ \n" '\'""", """a b|c " \ \n|\""")]
    [InlineData("'' a''b \"\"", "|ab|")]
    [InlineData("$HOME * `x`", "$HOME|*|`x`")]
    [InlineData("a'b", null)]
    [InlineData("\"", null)]
    public void Words_are_a_shells(string line, string? words) =>
        Assert.Equal(words, ShellWords.Split(line) is { } split ? string.Join('|', split) : null);
}
