using System.Text.RegularExpressions;

namespace CrCache.House.Tests;

public sealed class FileTests
{
    private static readonly string[] Text =
        [".cs", ".md", ".sh", ".props", ".targets", ".csproj", ".json", ".conf", ".config", ".yml", ".txt", ".editorconfig", "run"];

    [Fact]
    public void No_code_file_is_longer_than_400_lines() =>
        Assert.All(SourceText.Files(extension: ".cs"), f => Assert.True(SourceText.Lines(f).Count <= 400, f));

    [Fact]
    public void A_code_file_of_the_product_is_short_as_a_rule()
    {
        var lengths = SourceText.Files("src", ".cs").Select(f => SourceText.Lines(f).Count).Order().ToArray();

        Assert.InRange(lengths[lengths.Length / 2], 1, 75);
    }

    [Theory]
    [InlineData(@"(?<![\w.}$)~])/(home|Users)/(?!me\b)\w+/", "somebody's home")]
    [InlineData(@"(?<![\w.}$)~])/(root|work|workspace|builds?|mnt)/\w", "a place on the writer's machine")]
    [InlineData(@"\b(TODO|FIXME|HACK|XXX)\b", "unfinished work")]
    [InlineData(@"\b\w+(Helper|Manager|Utils?)\b *(\(|:|\{|$)", "a name that says nothing", ".cs")]
    [InlineData(@"^(<<<<<<<|>>>>>>>) ", "a merge that was not finished")]
    public void No_file_mentions(string pattern, string what, string extension = "")
    {
        var expression = new Regex(pattern, RegexOptions.Multiline);
        var mentions =
            from file in SourceText.Files(extension: extension)
            where Text.Any(t => file.EndsWith(t, StringComparison.Ordinal)) && !file.EndsWith(nameof(FileTests) + ".cs", StringComparison.Ordinal)
            from match in expression.Matches(SourceText.Read(file))
            select $"{file}: {match.Value.Trim()} ({what})";

        Assert.Empty(mentions);
    }

    [Fact]
    public void A_shell_script_of_the_repository_is_posix_and_stops_at_an_error()
    {
        Assert.All(SourceText.Files("build", ".sh"), script =>
        {
            Assert.Equal("#!/bin/sh", SourceText.Lines(script)[0]);
            Assert.Contains("\nset -eu\n", SourceText.Read(script), StringComparison.Ordinal);
        });
    }
}
