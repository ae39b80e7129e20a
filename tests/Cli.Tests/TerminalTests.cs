namespace CrCache.Cli.Tests;

public sealed class TerminalTests : IDisposable
{
    private readonly TestHome _home = new();

    [Theory]
    [InlineData("", true)]
    [InlineData("NO_COLOR=1", false)]
    [InlineData("TERM=dumb", false)]
    public async Task Colour_is_for_terminals_that_want_it(string setting, bool coloured)
    {
        var error = await OnTerminal($"env -u NO_COLOR TERM=xterm {setting} {Crcache.Program} acquire 0");

        Assert.Equal(coloured, error.Contains("\e[1;31m", StringComparison.Ordinal));
        Assert.Contains("CRC0001", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("-q", false)]
    public async Task A_person_who_waits_is_told_why(string option, bool told)
    {
        _home.AddSource("slow", "type=local\n");
        // The line comes after two seconds: this is what it waits for, not a wait of the test's.
        _home.AddHook("slow", "provision.d", "10-slow", "sleep 3");

        var output = await OnTerminal($"{Crcache.Program} {option} acquire -s slow");

        Assert.Equal(told, output.Contains("crcache: acquiring 1 of slow ... ", StringComparison.Ordinal));
        Assert.EndsWith("slow-0", output.Trim(), StringComparison.Ordinal);
    }

    public void Dispose() => _home.Dispose();

    private async Task<string> OnTerminal(string command)
    {
        Assert.SkipWhen(Requirement.Script.IsMissing(out var reason), reason);
        return (await Terminal.RunAsync(command, _home.Environment, _home.Project)).Output;
    }
}
