using System.Text.RegularExpressions;
using CrCache.Sources;

namespace CrCache.House.Tests;

public sealed class SourceTypeTests
{
    public static TheoryData<string> Types =>
    [
        .. typeof(SourceType).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(SourceType)) && !t.IsAbstract).Select(t => t.Name),
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_source_type_is_one_file(string type) => Assert.True(File.Exists(Repository.Path("src", "Engine", "Sources", type + ".cs")));

    [Theory]
    [MemberData(nameof(Types))]
    public void A_source_type_joins_the_contract_suite(string type)
    {
        var text = string.Concat(SourceText.Files("tests/Engine.Tests/Sources", ".cs").Select(SourceText.Read));

        Assert.Matches(new Regex($@"class {type}\w*[^\n]*:[^\n]*\bSourceContract\b"), text);
    }
}
