using CsCheck;

namespace CrCache.Copying;

/// <summary>Patterns are git's: whatever it ignores is left out, and nothing else.</summary>
public sealed class WildcardMatchTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("*.o", "a.o", true)]
    [InlineData("*.o", "sub/a.o", false)]
    [InlineData("**/a", "a", true)]
    [InlineData("**/a", "x/y/a", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a**b", "a/b", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[]]x", "]x", true)]
    [InlineData("[[:digit:]]", "7", true)]
    [InlineData("[[:nonsense:]]", "7", false)]
    [InlineData("[ab", "a", false)]
    [InlineData("\\*", "*", true)]
    [InlineData("a\\", "a", false)]
    [InlineData("?", "/", false)]
    [InlineData("?", "ü", true)]
    public void A_text_fits_or_does_not(string pattern, string text, bool fits) => Assert.Equal(fits, WildcardMatch.Fits(pattern, text));

    [Fact]
    public async Task What_git_ignores_is_left_out_and_nothing_else()
    {
        Assert.SkipWhen(Requirement.Git.IsMissing(out var reason), reason);
        (await ProcessRun.RunAsync(["git", "init", "-q", _directory.Path])).Success();
        var part = One("a", "b", "*", "**", "?", "[ab]", "[!a]", "a*", "*b", "\\a", "[a-", "\\*", "a b", "[[:alpha:]]", "[^-a]", "***");
        var line = Gen.Select(One("", "!", "/", "!/", "#", "\\!", "\\#"), part.Array[1, 3], One("", "/", " ", "\\ ", "  ", "\r", "/ "))
            .Select(p => p.Item1 + string.Join('/', p.Item2) + p.Item3);
        var name = One("a", "b", "ab", "ba", "aab", "c", "a b", "*", "!a", "#a", "a ", "-");
        var path = name.Array[1, 4].Select(p => string.Join('/', p));
        await Gen.Select(line.Array[1, 5], path.Array[1, 40]).SampleAsync(
            async (lines, paths) =>
            {
                await File.WriteAllTextAsync(_directory.Combine(".gitignore"), string.Join('\n', lines));
                var asked = paths.Distinct().ToArray();
                var check = await ProcessRun.RunAsync(
                    ["git", "-c", "core.excludesFile=", "-C", _directory.Path, "check-ignore", "-z", "--stdin", "--no-index"], input: System.Text.Encoding.UTF8.GetBytes(string.Concat(asked.Select(p => $"./{p}\0"))));
                Assert.True(check.ExitCode is 0 or 1, check.Error);
                var ignored = check.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(p => p[2..]).ToHashSet();
                var exclusion = Exclusion.Of([]).With(string.Join('\n', lines));

                // None of them is there: git takes each for a file, and what it is in for directories.
                foreach (var one in asked)
                {
                    var ours = exclusion.Covers(new(one, CopyKind.File, 0, 0, 0));
                    Assert.True(ignored.Contains(one) == ours, $"'{one}' with '{string.Join("', '", lines)}': git {(ignored.Contains(one) ? "ignores" : "takes")} it");
                }
            },
            iter: 400,
            threads: 1);
    }

    private static Gen<string> One(params string[] texts) => Gen.OneOf(texts.Select(Gen.Const).ToArray());
}
