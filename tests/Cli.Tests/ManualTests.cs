namespace CrCache.Cli.Tests;

/// <summary>The users guide that the product began with, word for word.</summary>
public sealed class ManualTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task The_manual_runs_word_for_word()
    {
        _home.AddSource("pool", "type=pool\nsources=local\nreserve=1\n");
        await Shows("crcache -s pool acquire", "pool-0");
        await Shows("crcache release pool-0", "");

        await Shows(
            "crcache status",
            """
            source  cached  in-use max
            local   0       1      1
            pool    1       0      1
            """);
        await Shows("crcache status --query available pool", "1");
        await Shows("crcache -s pool acquire", "pool-0");
        await Shows(
            "crcache status pool",
            """
            source  cached  in-use max
            pool    0       1      1
            """);
        await Shows("crcache run pool-0 echo foo", "foo");
        await File.WriteAllTextAsync(_home.Combine("foo"), "bar");
        await Shows($"crcache cp {_home.Combine("foo")} pool-0:{_home.Home}", "");
        Assert.Equal("bar", await File.ReadAllTextAsync(Path.Combine(_home.Home, "foo")));
        (await _home.ShellAsync("crcache release pool0")).AssertRefused(2, "CRC0202", "did you mean pool-0?");
        await Shows("crcache release pool-0", "");
        await Shows(
            "crcache status pool",
            """
            source  cached  in-use max
            pool    1       0      1
            """);
    }

    [Fact]
    public async Task Without_any_configuration_there_is_one_local_resource()
    {
        await Shows("crcache acquire", "local-0");
        await Shows("crcache run local-0 ls -d /tmp", "/tmp");
        await Shows("crcache release local-0", "");
    }

    public void Dispose() => _home.Dispose();

    private async Task Shows(string command, string output) =>
        Assert.Equal(output, (await _home.ShellAsync(command)).Success().Output.TrimEnd('\n'));
}
