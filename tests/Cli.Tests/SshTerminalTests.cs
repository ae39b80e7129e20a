namespace CrCache.Cli.Tests;

/// <summary>A shell on an ssh host, on a terminal of its own.</summary>
public sealed class SshTerminalTests : SshHome
{
    // Root's has another sign than the others'.
    private static readonly string Prompt = Environment.IsPrivilegedProcess ? "# " : "$ ";

    public SshTerminalTests() => Assert.SkipWhen(Requirement.Script.IsMissing(out var reason), reason);

    [Fact]
    public async Task The_shell_has_the_terminals_size_and_learns_of_a_new_one()
    {
        using var shell = await StartAsync("stty rows 33 cols 91; tty >tty;");
        await AskAsync(shell, "stty size | tr ' ' x", "33x91");
        await AskAsync(shell, "trap 'echo resi''zed' WINCH; echo $((20 + 5))", "25");

        (await ProcessRun.RunAsync(["stty", "-F", Read("tty"), "rows", "44", "cols", "123"])).Success();

        await ShowsAsync(shell, "resized");
        await AskAsync(shell, "stty size | tr ' ' x", "44x123");
    }

    [Fact]
    public async Task The_shell_has_a_terminal_of_the_same_kind()
    {
        using var shell = await StartAsync("export TERM=xterm-256color;");

        await AskAsync(shell, "test -t 0 && test -t 1 && test -t 2 && echo $TERM$((6 * 7))", "xterm-256color42");
    }

    [Fact]
    public async Task Ctrl_C_ends_the_command_there_and_not_the_way()
    {
        using var shell = await StartAsync("");
        await AskAsync(shell, "sh -c 'echo $((20 + 3)); exec sleep 300'", "23");

        await TypeAsync(shell, "\x03");

        await AskAsync(shell, "echo code$?", "code130");
        await AskAsync(shell, "echo $((20 + 4))", "24");
    }

    [Fact]
    public async Task The_exit_code_is_the_shells_and_the_terminal_is_as_it_was()
    {
        using var shell = await StartAsync("");
        await AskAsync(shell, "echo $((20 + 3))", "23");

        await TypeAsync(shell, "exit 7\n");

        Assert.Equal("7", await EndAsync(shell));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task The_terminal_is_as_it_was_when_the_program_is_ended_by(string signal)
    {
        using var shell = await StartAsync("");
        await AskAsync(shell, "echo $((20 + 3))", "23");

        (await ProcessRun.RunAsync(["kill", $"-{signal}", Read("process")])).Success();

        Assert.NotEqual("0", await EndAsync(shell));
    }

    [Fact]
    public async Task The_terminal_is_as_it_was_when_the_server_dies()
    {
        using var shell = await StartAsync("");
        await AskAsync(shell, "echo $((20 + 3))", "23");

        await Server.CrashAsync();

        // The shell there may be killed a moment before its server, which then says so.
        Assert.Contains(await EndAsync(shell), new[] { "125", "137" });
    }

    /// <summary>Starts a shell there, and notes the terminal's settings before and after it.</summary>
    private async Task<ProcessRun> StartAsync(string before)
    {
        var shell = Terminal.Start(
            $"{before} stty -g >before; sh -c 'echo $$ >process; exec {Crcache.Program} run lab-0'; echo $? >code; stty -g >after; echo over", Home.Environment, Home.Project);

        // What is typed before somebody reads may be thrown away: a shell that asks for a line reads it.
        await ShowsAsync(shell, Prompt);
        return shell;
    }

    /// <summary>Waits until all is over; the settings are what they were.</summary>
    /// <returns>The program's exit code.</returns>
    private async Task<string> EndAsync(ProcessRun shell)
    {
        await ShowsAsync(shell, "over\r\n");
        Assert.Equal(Read("before"), Read("after"));
        return Read("code");
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(Home.Project, file)).Trim();

    /// <summary>Types a line, and waits until the terminal shows what it prints, which must not be the line's own end.</summary>
    private static async Task AskAsync(ProcessRun shell, string line, string answer)
    {
        await TypeAsync(shell, $"{line}\n");
        await ShowsAsync(shell, $"{answer}\r\n");
    }

    private static async Task ShowsAsync(ProcessRun shell, string text)
    {
        try
        {
            await Eventually.True(() => shell.OutputSoFar.Contains(text, StringComparison.Ordinal));
        }
        catch (TimeoutException)
        {
            Assert.Contains(text, shell.OutputSoFar, StringComparison.Ordinal);
        }
    }

    private static async Task TypeAsync(ProcessRun shell, string keys)
    {
        await shell.Input.WriteAsync(System.Text.Encoding.ASCII.GetBytes(keys));
        await shell.Input.FlushAsync();
    }
}
