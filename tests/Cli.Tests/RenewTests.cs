using System.Text.Json;

namespace CrCache.Cli.Tests;

/// <summary>Leases that are made to last longer.</summary>
public sealed class RenewTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task A_lease_lasts_as_long_as_is_said()
    {
        await _home.AcquireAsync();

        Assert.Empty((await _home.CrcacheAsync("renew", "local-0", "--ttl", "1s")).Success().Output);

        await Eventually.True(() => _home.CrcacheAsync("gc").GetAwaiter().GetResult().Output.Length > 0);
        (await _home.CrcacheAsync("renew", "local-0")).AssertRefused(76, "CRC0203", "expired");
    }

    [Fact]
    public async Task Json_says_until_when()
    {
        await _home.AcquireAsync();
        var first = await RenewAsync("local-0", "--ttl", "9d");
        _home.Environment["CRCACHE_TTL"] = "2d";

        Assert.InRange((first - await RenewAsync("local-0")).TotalDays, 6.5, 7);
        Assert.InRange((first - await RenewAsync("local-0", "--ttl", "9d")).TotalDays, -0.5, 0);
    }

    [Fact]
    public async Task It_is_an_event()
    {
        await _home.AcquireAsync();
        (await _home.CrcacheAsync("renew", "local-0")).Success();

        Assert.Matches(@"  local-0@\d+  renewed  .+  until .+Z\n", (await _home.CrcacheAsync("events", "-n", "1")).Success().Output);
    }

    [Fact]
    public async Task If_one_cannot_be_renewed_none_is()
    {
        await _home.AcquireAsync();

        (await _home.CrcacheAsync("renew", "local-0", "local-1")).AssertRefused(2, "CRC0202", "local-1");

        Assert.DoesNotContain("renewed", (await _home.CrcacheAsync("events")).Success().Output, StringComparison.Ordinal);
    }

    public void Dispose() => _home.Dispose();

    private async Task<DateTimeOffset> RenewAsync(params string[] arguments)
    {
        using var leases = JsonDocument.Parse((await _home.CrcacheAsync(["renew", "--json", .. arguments])).Success().Output);
        return Assert.Single(leases.RootElement.EnumerateArray()).GetProperty("expires").GetDateTimeOffset();
    }
}
