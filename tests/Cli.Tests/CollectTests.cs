using System.Text.Json;

namespace CrCache.Cli.Tests;

public sealed class CollectTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task A_dry_run_only_says_what_it_would_do()
    {
        await HeldByTheDead();

        var dry = (await _home.CrcacheAsync("gc")).Success();

        Assert.StartsWith("local-0  release  ", dry.Output, StringComparison.Ordinal);
        Assert.Contains("--apply", dry.Error, StringComparison.Ordinal);
        Assert.Equal("1\n", (await _home.CrcacheAsync("status", "--query", "in-use", "local")).Success().Output);
    }

    [Fact]
    public async Task Apply_does_it_once()
    {
        await HeldByTheDead();

        using var done = JsonDocument.Parse((await _home.CrcacheAsync("gc", "--apply", "--json")).Success().Output);
        Assert.Equal("local-0", done.RootElement[0].GetProperty("name").GetString());
        Assert.True(done.RootElement[0].GetProperty("applied").GetBoolean());
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "local")).Success().Output);
        Assert.Equal("[]\n", (await _home.CrcacheAsync("gc", "--apply", "--json")).Success().Output);
    }

    [Fact]
    public async Task Quiet_says_only_results()
    {
        var result = (await _home.CrcacheAsync("gc", "-q")).Success();

        Assert.Empty(result.Output + result.Error);
    }

    public void Dispose() => _home.Dispose();

    private async Task HeldByTheDead()
    {
        using var owner = ProcessRun.Start(["/bin/sleep", "600"]);
        (await _home.CrcacheAsync("acquire", "--while-pid", $"{owner.Id}")).Success();
        owner.Kill();
        await owner.WaitAsync();
    }
}
