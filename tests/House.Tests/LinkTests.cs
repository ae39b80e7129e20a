using System.Text.RegularExpressions;

namespace CrCache.House.Tests;

public sealed partial class LinkTests
{
    public static TheoryData<string> Documents => [.. SourceText.Files(extension: ".md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        var dead =
            from match in Link().Matches(WithoutCode(SourceText.Read(document)))
            let target = match.Groups[1].Value
            where !target.Contains("://", StringComparison.Ordinal) && !Leads(document, target)
            select target;

        Assert.Empty(dead);
    }

    [Fact]
    public void The_readme_leads_to_every_page_of_the_manual() =>
        Assert.All(SourceText.Files("docs", ".md"), page => Assert.Contains($"({page})", SourceText.Read("README.md"), StringComparison.Ordinal));

    private static bool Leads(string document, string target)
    {
        var parts = target.Split('#', 2);
        var file = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, parts[0]);
        var path = Repository.Path(file);
        return parts.Length == 1
            ? File.Exists(path) || Directory.Exists(path)
            : File.Exists(path) && Heading().Matches(WithoutCode(File.ReadAllText(path))).Any(h => Anchor(h.Groups[1].Value) == parts[1]);
    }

    /// <summary>A heading's anchor as GitHub makes it.</summary>
    private static string Anchor(string heading) =>
        NotInAnchors().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static string WithoutCode(string text) => Fence().Replace(text, "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
