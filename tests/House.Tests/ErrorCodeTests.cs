using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace CrCache.House.Tests;

/// <summary>An error's code is a promise: it is documented once, and what is documented exists.</summary>
public sealed partial class ErrorCodeTests
{
    private const string Document = "docs/errors.md";

    private static IEnumerable<string> Codes => Constants<string>(typeof(ErrorCodes));

    [Fact]
    public void Every_code_is_documented_exactly_once()
    {
        var documented = Heading().Matches(SourceText.Read(Document)).Select(m => m.Groups[1].Value);

        Assert.Equal(Codes.Order(StringComparer.Ordinal), documented);
    }

    [Fact]
    public void A_code_stands_for_one_error() => Assert.Equal(Codes.Distinct(), Codes);

    [Fact]
    public void A_code_is_written_out_only_where_it_is_defined()
    {
        var copies =
            from file in SourceText.Files("src", ".cs")
            where !file.EndsWith("ErrorCodes.cs", StringComparison.Ordinal) && Literal().IsMatch(SourceText.Read(file))
            select file;

        Assert.Empty(copies);
    }

    [Fact]
    public void Every_code_says_what_it_means_and_what_to_do()
    {
        var sections = Regex.Split(SourceText.Read(Document), "^## ", RegexOptions.Multiline).Where(s => s.StartsWith("CRC", StringComparison.Ordinal));

        Assert.All(sections, s => Assert.Contains("**What to do.**", s, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_exit_code_is_documented()
    {
        var documented = ExitRow().Matches(SourceText.Read(Document))
            .Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToArray();

        Assert.All(Constants<int>(typeof(ExitCodes)), c => Assert.Contains(c, documented));
    }

    private static IEnumerable<T> Constants<T>(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (T)f.GetRawConstantValue()!);

    [GeneratedRegex(@"^## (CRC\d{4}): ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"""[^""\n]*CRC\d{4}")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex ExitRow();
}
