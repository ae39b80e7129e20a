using System.Text.RegularExpressions;

namespace CrCache.Cli.Tests;

/// <summary>Every command that the manual shows, run in order in a fresh home.</summary>
public sealed class DocumentTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task Every_command_in_the_manual_does_what_it_shows()
    {
        _home.AddSource("lab", "type=local\nmaximum=4\n");

        foreach (var block in DocumentCommands.Blocks("docs/cli.md"))
            foreach (var command in block)
            {
                var result = await _home.ShellAsync(command.Text);
                Assert.True(result.ExitCode == 0, $"{command}\n{result}");
                // "..." stands for what is different each time.
                var shown = Regex.Escape(string.Join('\n', command.Output)).Replace(@"\.\.\.", ".*", StringComparison.Ordinal);
                Assert.True(Regex.IsMatch(result.Output.TrimEnd('\n'), $"^{shown}$"), $"{command}\nshows\n{string.Join('\n', command.Output)}\nbut gives\n{result}");
            }
    }

    public void Dispose() => _home.Dispose();
}
