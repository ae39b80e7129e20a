using System.Text.Json;

namespace CrCache.Cli.Tests;

/// <summary><c>--note="$UNSET"</c> is an empty value, not the next word.</summary>
public sealed class EmptyValueTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("acquire|--note=|--json")]
    [InlineData("--json|acquire|--note=|-s|local")]
    [InlineData("acquire|--json|--note=|--source=local")]
    [InlineData("acquire|--json|--note=")]
    public async Task An_option_with_nothing_behind_its_mark_is_empty_and_the_next_word_stands_for_itself(string arguments)
    {
        using var leases = JsonDocument.Parse((await _home.CrcacheAsync(arguments.Split('|'))).Success().Output);
        Assert.Equal("local-0", Assert.Single(leases.RootElement.EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("run|local-0|echo|--note=|x", "--note= x\n")]
    [InlineData("--json|run|local-0|echo|--here=|--|--json=", "--here= -- --json=\n")]
    [InlineData("run|--|local-0|echo|--owner=|", "--owner= \n")]
    [InlineData("run|--push|local-0|--|echo|--note=|x", "--note= x\n")]
    public async Task What_is_the_commands_own_stays_as_it_is(string arguments, string output)
    {
        await _home.AcquireAsync();

        Assert.Equal(output, (await _home.CrcacheAsync(arguments.Split('|'))).Success().Output);
    }

    [Theory]
    [InlineData("acquire|--owner=|-s|local", "''")]
    [InlineData("run|--here=|local-0|true", "''")]
    [InlineData("--here=|run|local-0|true", "''")]
    [InlineData("acquire|--ttl=", "")]
    [InlineData("acquire|--source=", "")]
    [InlineData("acquire|--json=", "")]
    [InlineData("acquire|--|--note=", "--note=")]
    [InlineData("acquire|--=", "--=")]
    public async Task Where_nothing_cannot_stand_it_is_refused(string arguments, string named)
    {
        var result = await _home.CrcacheAsync(arguments.Split('|'));

        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Empty(result.Output);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }
}
