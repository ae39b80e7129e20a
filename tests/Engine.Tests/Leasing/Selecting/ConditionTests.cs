namespace CrCache.Leasing.Selecting;

public sealed class ConditionTests
{
    private static readonly Facts Host = new(new Dictionary<string, string>
    {
        ["os"] = "linux",
        ["cores"] = "4",
        ["memory"] = "8589934592",
        ["dotnet"] = "10.0.1",
        ["kernel"] = "6.12.0-18-amd64",
        ["label.gpu"] = "true",
        ["label.zone"] = "eu-west",
        ["label.note"] = "it's a \"b\\c\"",
        ["label.zero"] = "0",
        ["label.no"] = "no",
        ["label.false"] = "false",
        ["label.empty"] = "",
    });

    [Theory]
    [InlineData("os=linux && cores>=4 && label.gpu", true)]
    [InlineData("os=linux && cores>=4 && !label.gpu", false)]
    [InlineData("os=mac || cores=4 && label.gpu", true)]
    [InlineData("(os=mac || cores=4) && !label.gpu", false)]
    [InlineData("label.gpu || os=mac && os=mac", true)]
    [InlineData("!os=mac", true)]
    [InlineData("!(os=mac || os=linux)", false)]
    [InlineData("!!os", true)]
    [InlineData("OS=linux", true)]
    [InlineData("os=Linux", false)]
    [InlineData("os==linux", true)]
    [InlineData("os\n=\t'linux'", true)]
    [InlineData("nothing", false)]
    [InlineData("label.zero || label.no || label.false || label.empty", false)]
    [InlineData("label.empty=''", true)]
    [InlineData("nothing=''", false)]
    [InlineData("nothing!=x", true)]
    [InlineData("nothing<1 || nothing>=0 || nothing~*", false)]
    [InlineData("os!=linux", false)]
    [InlineData("cores<10", true)]
    [InlineData("cores>10", false)]
    [InlineData("cores<=4 && cores>=4 && !cores<4 && !cores>4", true)]
    [InlineData("memory>=8G && memory<=8Gi && memory<8.5g", true)]
    [InlineData("dotnet>=10 && dotnet>=10.0 && dotnet>9.0.11 && dotnet<10.0.10", true)]
    [InlineData("kernel>=6.2 && kernel<6.13 && kernel>5", true)]
    [InlineData("os>lin && os<linuy", true)]
    [InlineData("label.zone~eu-*", true)]
    [InlineData("label.zone ~ '??-west'", true)]
    [InlineData("label.zone~eu", false)]
    [InlineData("label.zone~EU*", false)]
    [InlineData("""label.note="it's a \"b\\c\"" """, true)]
    [InlineData("""label.note~'it?s a "b\c"' """, true)]
    public void A_condition_holds_or_does_not(string text, bool holds)
    {
        var condition = Condition.Parse(text);

        Assert.Equal(holds, condition.Holds(Host));
        Assert.Equal(holds, condition.FirstFalse(Host) is null);
        Assert.Equal(holds, Condition.Parse(condition.Text).Holds(Host));
    }

    [Theory]
    [InlineData("os=linux&&cores>=4", "os=linux && cores>=4")]
    [InlineData(" ( OS == 'linux' ) ", "os=linux")]
    [InlineData("a && (b && (c && d))", "a && b && c && d")]
    [InlineData("(a && b) || (c)", "a && b || c")]
    [InlineData("(a||b)&&c", "(a || b) && c")]
    [InlineData("!(a)", "!a")]
    [InlineData("!(a||b)", "!(a || b)")]
    [InlineData("!a=b", "!a=b")]
    [InlineData("a=''", "a=''")]
    [InlineData("a=\"x y\"", "a='x y'")]
    [InlineData("a=\"it's \\\\ \\\"\"", "a=\"it's \\\\ \\\"\"")]
    [InlineData("a='\\'", "a='\\'")]
    [InlineData("a~*.漢🙂", "a~*.漢🙂")]
    [InlineData("a=-1,2:3/4%$#@[x]{y};^+", "a=-1,2:3/4%$#@[x]{y};^+")]
    public void Equal_conditions_have_one_text(string text, string canonical)
    {
        var condition = Condition.Parse(text);

        Assert.Equal(canonical, condition.Text);
        Assert.Equal(Condition.Parse(canonical), condition);
        Assert.Equal(Condition.Parse(canonical).GetHashCode(), condition.GetHashCode());
        Assert.NotEqual(Condition.Parse("other"), condition);
    }

    [Theory]
    [InlineData("os=linux && cores>=8 && label.gpu", "cores>=8 (it has 4)")]
    [InlineData("os=linux && (cores>=4 && !label.gpu)", "!label.gpu (it has true)")]
    [InlineData("os=linux && nothing", "nothing (it has none)")]
    [InlineData("label.empty", "label.empty (it has '')")]
    [InlineData("os && (os=mac || cores>8 || nothing || os=bsd)", "os=mac || cores>8 || nothing || os=bsd (it has os=linux, cores=4, no nothing)")]
    [InlineData("os=mac||cores=1", "os=mac || cores=1 (it has os=linux, cores=4)")]
    public void The_first_clause_that_is_false_is_shown_with_what_there_is(string text, string shown) =>
        Assert.Equal(shown, Condition.Parse(text).FirstFalse(Host));

    [Fact]
    public void What_there_is_is_shown_in_one_short_line() =>
        Assert.Equal(
            $"a=b (it has x\\ny{new string('z', 56)}...)",
            Condition.Parse("a=b").FirstFalse(new(new Dictionary<string, string> { ["a"] = "x\ny" + new string('z', 1000) })));
}
