using System.Reflection;
using System.Text.RegularExpressions;

namespace CrCache.House.Tests;

/// <summary>
/// Every command that a page shows works as shown: a page's blocks are run one after another in a fresh home, with the
/// configuration files that the page shows in place. In the output a page shows, <c>...</c> stands for anything.
/// </summary>
public sealed partial class DocumentTests
{
    /// <summary>The pages whose commands are run here; other pages are run by the tests of what they describe.</summary>
    public static TheoryData<string> Pages => ["README.md", "docs/concepts.md", "docs/configuration.md", "docs/errors.md", "docs/architecture.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_does_what_it_says(string page)
    {
        using var home = NewHome();
        var steps = ShownFile.In(page).Select(f => (f.Line, File: (ShownFile?)f, Command: (DocumentCommand?)null))
            .Concat(DocumentCommands.Read(page).Where(c => !IsScript(c)).Select(c => (c.Line, File: (ShownFile?)null, Command: (DocumentCommand?)c)))
            .OrderBy(s => s.Line);

        foreach (var (_, file, command) in steps)
        {
            if (file is not null)
                Write(home, file);
            else
                await AssertWorks(home, command!);
        }
    }

    [Fact]
    public void Every_script_that_a_document_names_is_there()
    {
        var missing =
            from document in SourceText.Files(extension: ".md")
            from match in Script().Matches(SourceText.Read(document))
            where !File.Exists(Repository.Path(match.Value))
            select $"{document}: {match.Value}";

        Assert.Empty(missing);
    }

    /// <summary>The repository's own scripts have their own tests; one of them is running this.</summary>
    private static bool IsScript(DocumentCommand command) => command.Text.StartsWith("sh build/", StringComparison.Ordinal);

    private static async Task AssertWorks(TestHome home, DocumentCommand command)
    {
        // The exit code is shown the way a shell shows it: $ echo $?
        var result = await ProcessRun.RunAsync(
            ["sh", "-c", $"(exit $(cat .exit 2>/dev/null || echo 0)); {command.Text}\ncode=$?; echo $code > .exit; exit $code"],
            home.Environment,
            home.Project,
            timeout: TimeSpan.FromMinutes(2));

        var shown = Regex.Escape(string.Join('\n', command.Output)).Replace(@"\.\.\.", ".*", StringComparison.Ordinal);
        var actual = (result.Output + result.Error).Trim('\n');
        Assert.True(
            Regex.IsMatch(actual, $"^{shown}$", RegexOptions.Singleline),
            $"{command}\nshown:\n{string.Join('\n', command.Output)}\nreally:\n{actual}\nexit code {result.ExitCode}");
    }

    private static TestHome NewHome()
    {
        var home = new TestHome();
        var commands = typeof(DocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CommandDirectory").Value;
        home.Environment["PATH"] = $"{commands}:{home.Environment["PATH"]}";
        return home;
    }

    private static void Write(TestHome home, ShownFile file)
    {
        var path = file.Path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home.Home, file.Path[2..]) : Path.Combine(home.Project, file.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, file.Text);
    }

    [GeneratedRegex(@"build/\w+\.sh")]
    private static partial Regex Script();
}
