namespace CrCache.Cli.Tests;

public sealed class CompletionTests : IDisposable
{
    private readonly TestHome _home = new();

    [Theory]
    [InlineData("crcache acquire -s la", "lab")]
    [InlineData("crcache -s la", "lab")]
    [InlineData("crcache status la", "lab")]
    [InlineData("crcache release la", "lab-0 lab-1")]
    [InlineData("crcache hold la", "lab-0 lab-1")]
    [InlineData("crcache run la", "lab-0 lab-1")]
    [InlineData("crcache status --query av", "available")]
    [InlineData("crcache acq", "acquire")]
    public async Task The_tab_key_offers_names(string line, string expected)
    {
        _home.AddSource("lab", "type=local\nmaximum=3\n");
        await _home.AcquireAsync("lab", 2);

        var offered = (await _home.CrcacheAsync($"[suggest:{line.Length}]", line)).Success().OutputLines;

        Assert.Equal(expected.Split(' '), offered);
    }

    [Fact]
    public async Task A_broken_configuration_offers_nothing_and_says_nothing()
    {
        Directory.CreateDirectory(_home.ConfigurationRoot);
        await File.WriteAllTextAsync(Path.Combine(_home.ConfigurationRoot, "sources"), "not a directory");

        var result = (await _home.CrcacheAsync("[suggest]", "crcache status zz")).Success();

        Assert.Empty((result.Output + result.Error).Trim());
    }

    public void Dispose() => _home.Dispose();
}
