namespace CrCache.Cli.Tests;

public sealed class HelpTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task Every_command_is_listed_explained_and_documented()
    {
        var manual = await File.ReadAllTextAsync(Repository.Path("docs", "cli.md"));

        var commands = (await _home.CrcacheAsync("commands")).Success().OutputLines.Select(l => l.Split(' ')[0]).ToArray();

        Assert.Equal(["acquire", "commands", "cp", "doctor", "events", "explain", "forget", "gc", "heal", "help", "hold", "map", "mktemp", "quickstart", "refill", "release", "renew", "report", "run", "status", "steal"], commands);
        foreach (var command in commands)
        {
            var help = (await _home.CrcacheAsync("help", command)).Success().Output;
            Assert.Contains($"crcache {command}", help, StringComparison.Ordinal);
            Assert.Equal(help, (await _home.CrcacheAsync(command, "--help")).Success().Output);
            Assert.Contains($"\n## {command}\n", manual, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_commands_and_the_version_are_json_for_programs()
    {
        using var commands = System.Text.Json.JsonDocument.Parse((await _home.CrcacheAsync("commands", "--json")).Success().Output);
        using var version = System.Text.Json.JsonDocument.Parse((await _home.CrcacheAsync("--json", "--version")).Success().Output);

        Assert.Contains(commands.RootElement.EnumerateArray(), c => c.GetProperty("name").GetString() == "acquire" && c.GetProperty("description").GetString()!.Length > 0);
        Assert.Equal((await _home.CrcacheAsync("--version")).Success().Output.TrimEnd(), version.RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Every_option_is_in_the_manual()
    {
        var manual = await File.ReadAllTextAsync(Repository.Path("docs", "cli.md"));

        foreach (var command in (await _home.CrcacheAsync("commands")).Success().OutputLines.Select(l => l.Split(' ')[0]))
            foreach (var line in (await _home.CrcacheAsync("help", command)).Success().OutputLines.Where(l => l.TrimStart().StartsWith('-')))
                foreach (var option in line.Trim().Split("  ")[0].Split([',', ' ']).Where(w => w.StartsWith('-')))
                    Assert.True(manual.Contains($"`{option}", StringComparison.Ordinal), $"docs/cli.md does not explain {option} of {command}");
    }

    [Fact]
    public async Task Help_needs_no_configuration_and_no_home()
    {
        _home.AddSource("odd", "type=nonsense\n");
        _home.Environment["CRCACHE_HOME"] = "/dev/null/nowhere";

        Assert.Contains("acquire", (await _home.CrcacheAsync("help")).Success().Output, StringComparison.Ordinal);
        Assert.Contains("crcache acquire", (await _home.CrcacheAsync("quickstart")).Success().Output, StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d+\.\d+", (await _home.CrcacheAsync("--version")).Success().Output);
    }

    [Fact]
    public async Task The_lesson_can_be_followed()
    {
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "data"), "7");
        var lesson = (await _home.CrcacheAsync("quickstart")).Success().OutputLines.Select(l => l.Trim()).ToArray();
        for (var i = 0; i < lesson.Length; i++)
        {
            if (!lesson[i].StartsWith("$ ", StringComparison.Ordinal) || lesson[i].Contains("a shell there", StringComparison.Ordinal))
                continue;
            var output = lesson[(i + 1)..].TakeWhile(l => l.Length > 0 && !l.StartsWith("$ ", StringComparison.Ordinal)).ToArray();
            var result = (await _home.ShellAsync(lesson[i][2..])).Success();
            if (output.Length > 0)
                Assert.Equal(output, result.OutputLines);
        }
    }

    public void Dispose() => _home.Dispose();
}
