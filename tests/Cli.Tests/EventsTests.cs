using System.Text.Json;

namespace CrCache.Cli.Tests;

public sealed class EventsTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task What_happened_is_told_in_order()
    {
        await _home.AcquireAsync();
        (await _home.CrcacheAsync("release", "local-0")).Success();

        using var events = JsonDocument.Parse((await _home.CrcacheAsync("events", "--json")).Success().Output);

        var kinds = events.RootElement.EnumerateArray().Select(e => e.GetProperty("kind").GetString()).ToList();
        Assert.True(kinds.IndexOf("acquired") >= 0 && kinds.IndexOf("acquired") < kinds.IndexOf("released"), string.Join(' ', kinds));
        var numbers = events.RootElement.EnumerateArray().Select(e => e.GetProperty("number").GetInt64()).ToArray();
        Assert.Equal(numbers.Order(), numbers);
    }

    [Fact]
    public async Task The_newest_are_shown_when_there_are_too_many()
    {
        await _home.AcquireAsync();
        (await _home.CrcacheAsync("release", "local-0")).Success();

        var all = (await _home.CrcacheAsync("events")).Success().OutputLines;

        Assert.Equal(all[^1].Split(' ')[0], Assert.Single((await _home.CrcacheAsync("events", "-n", "1")).Success().OutputLines).Split(' ')[0]);
        Assert.Contains("acquired", string.Join('\n', all), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_happened_is_no_line() => Assert.Empty((await _home.CrcacheAsync("events")).Success().Output);

    public void Dispose() => _home.Dispose();
}
