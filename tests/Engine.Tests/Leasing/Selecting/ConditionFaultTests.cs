namespace CrCache.Leasing.Selecting;

/// <summary>What a malformed condition is told: one line, with the place and what was expected there.</summary>
public sealed class ConditionFaultTests
{
    [Theory]
    [InlineData("", "'' ends where a name is expected (character 1)")]
    [InlineData("  ", "'  ' ends where a name is expected (character 3)")]
    [InlineData("os=", "'os=' ends where a value is expected (character 4)")]
    [InlineData("os= ", "'os= ' ends where a value is expected (character 5)")]
    [InlineData("os=)", "'os=)' has ')' where a value is expected (character 4)")]
    [InlineData("os===x", "'os===x' has '=' where a value is expected (character 5)")]
    [InlineData("cores=>4", "'cores=>4' has '>' where a value is expected (character 7)")]
    [InlineData("os linux", "'os linux' has 'linux' where a comparison, '&&' or '||' is expected (character 4)")]
    [InlineData("os=a b", "'os=a b' has 'b' where '&&' or '||' is expected (character 6)")]
    [InlineData("os & gpu", "'os & gpu' has '&' where a comparison, '&&' or '||' is expected (character 4)")]
    [InlineData("os=x | gpu", "'os=x | gpu' has '|' where '&&' or '||' is expected (character 6)")]
    [InlineData("os &&", "'os &&' ends where a name is expected (character 6)")]
    [InlineData("&& os", "'&& os' has '&' where a name is expected (character 1)")]
    [InlineData("a || || b", "'a || || b' has '|' where a name is expected (character 6)")]
    [InlineData("!", "'!' ends where a name is expected (character 2)")]
    [InlineData("!=x", "'!=x' has '=' where a name is expected (character 2)")]
    [InlineData("a ! b", "'a ! b' has '!' where a comparison, '&&' or '||' is expected (character 3)")]
    [InlineData("()", "'()' has ')' where a name is expected (character 2)")]
    [InlineData("(a", "'(a' ends where a comparison, '&&', '||' or ')' is expected (character 3)")]
    [InlineData("(a=1", "'(a=1' ends where '&&', '||' or ')' is expected (character 5)")]
    [InlineData("((a)", "'((a)' ends where '&&', '||' or ')' is expected (character 5)")]
    [InlineData("a)", "'a)' has ')' where a comparison, '&&' or '||' is expected (character 2)")]
    [InlineData("(a)=b", "'(a)=b' has '=' where '&&' or '||' is expected (character 4)")]
    [InlineData("4=cores &", "'4=cores &' has '&' where '&&' or '||' is expected (character 9)")]
    [InlineData("=4", "'=4' has '=' where a name is expected (character 1)")]
    [InlineData("-x", "'-x' has '-x' where a name is expected (character 1)")]
    [InlineData("größe=1", "'größe=1' has 'öße' where a comparison, '&&' or '||' is expected (character 3)")]
    [InlineData("'os'=linux", "''os'=linux' has \"'\" where a name is expected (character 1)")]
    [InlineData("os='a", "'os='a' ends where a closing ' is expected (character 6)")]
    [InlineData("os=\"a'", "'os=\"a'' ends where a closing \" is expected (character 7)")]
    [InlineData("os=\"a\\", "'os=\"a\\' ends where '\"' or '\\' after a '\\' is expected (character 7)")]
    [InlineData("os=\"a\\n\"", "'os=\"a\\n\"' has 'n' where '\"' or '\\' after a '\\' is expected (character 7)")]
    [InlineData("os=a\\ b", "'os=a\\ b' has '\\' where '&&' or '||' is expected (character 5)")]
    [InlineData("os='a\nb'", "'os='a?b'' has U+000A where a closing ' is expected (character 6)")]
    [InlineData("a\0b", "'a?b' has U+0000 where a comparison, '&&' or '||' is expected (character 2)")]
    [InlineData("\0", "'?' has U+0000 where a name is expected (character 1)")]
    [InlineData("a=\u202Eb", "'a=?b' has U+202E where a value is expected (character 3)")]
    [InlineData("a=🙂🙂 b", "'a=🙂🙂 b' has 'b' where '&&' or '||' is expected (character 6)")]
    public void A_malformed_condition_is_refused(string text, string message)
    {
        var error = Refused(text);

        Assert.Equal($"--where: {message}", error.Message);
        Assert.Equal(ErrorCodes.Usage, error.Code);
    }

    [Fact]
    public void Half_a_character_is_refused()
    {
        Assert.Equal("--where: 'a=?' has U+D83D where a value is expected (character 3)", Refused("a=\uD83D").Message);
        Assert.Equal("--where: 'a='?'' has U+DE42 where a closing ' is expected (character 4)", Refused("a='\uDE42'").Message);
    }

    [Fact]
    public void Of_a_long_text_the_part_around_the_fault_is_shown() =>
        Assert.Equal(
            $"--where: '...{new string('a', 27)}=1 )&& {new string('b', 26)}...' has ')' where '&&' or '||' is expected (character 104)",
            Refused($"{new string('a', 100)}=1 )&& {new string('b', 100)}").Message);

    [Fact]
    public void The_part_that_is_shown_has_no_half_characters() =>
        Assert.All([0, 1], odd => Assert.DoesNotContain("?", Refused(
            $"{new string('a', odd)}b={string.Concat(Enumerable.Repeat("🙂", 60))} x y={string.Concat(Enumerable.Repeat("🙂", 60))}").Message, StringComparison.Ordinal));

    [Fact]
    public void A_condition_has_4096_characters_at_most()
    {
        var longest = "a=" + new string('x', 4094);
        Assert.Equal(longest, Condition.Parse(longest).Text);
        Assert.Equal("--where: a condition has at most 4096 characters (character 4097)", Refused(longest + "x").Message);
    }

    [Fact]
    public void A_text_that_blanks_would_make_too_long_has_none()
    {
        var longest = string.Join("&&", Enumerable.Repeat("ab", 1024));
        var condition = Condition.Parse(longest);

        Assert.Equal(longest, condition.Text);
        Assert.Equal(condition, Condition.Parse(condition.Text));
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("!", "")]
    [InlineData("!(", ")")]
    [InlineData("a||b&&(", ")")]
    public void Parentheses_and_negations_go_64_deep(string open, string close)
    {
        var levels = open.StartsWith("!(", StringComparison.Ordinal) ? 32 : 64;
        var condition = Condition.Parse(Nested(levels));
        Assert.Equal(condition, Condition.Parse(condition.Text));

        var error = Refused(Nested(levels + 1));
        Assert.EndsWith($"' goes deeper than 64 parentheses and negations (character {(levels * open.Length) + open.IndexOfAny(['(', '!']) + 1})", error.Message, StringComparison.Ordinal);

        string Nested(int count) => string.Concat(Enumerable.Repeat(open, count)) + "x" + string.Concat(Enumerable.Repeat(close, count));
    }

    [Fact]
    public void Many_beside_each_other_are_not_deep()
    {
        var text = string.Join("&&", Enumerable.Repeat("!(a)", 600));

        Assert.False(Condition.Parse(text).Holds(new([KeyValuePair.Create("a", "1")])));
    }

    [Theory]
    [InlineData('(')]
    [InlineData('!')]
    [InlineData(')')]
    [InlineData('&')]
    [InlineData('"')]
    [InlineData('\0')]
    [InlineData('\uD800')]
    public void A_flood_of_one_character_is_refused(char c) => Refused(new string(c, 4096));

    [Fact]
    public void A_hostile_pattern_takes_no_exponential_time()
    {
        var facts = new Facts([KeyValuePair.Create("a", new string('x', 4000))]);

        Assert.False(Condition.Parse($"a~{string.Concat(Enumerable.Repeat("*x", 1000))}y").Holds(facts));
    }

    private static UsageException Refused(string text)
    {
        var error = Assert.Throws<UsageException>(() => Condition.Parse(text));
        Assert.DoesNotContain(error.Message, c => char.IsControl(c));
        Assert.InRange(error.Message.Length, 1, 250);
        return error;
    }
}
