using System.Text.Json;

namespace CrCache.Cli.Tests;

/// <summary>Resources that are taken over from whoever has them.</summary>
public sealed class StealTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task The_former_holder_gets_76_and_nothing_is_touched()
    {
        using var owner = ProcessRun.Start(["/bin/sleep", "600"]);
        var old = await AcquireAsync("--owner", "ci", "--while-pid", $"{owner.Id}");
        var mark = _home.Combine("mark");

        Assert.Equal("local-0\n", (await _home.CrcacheAsync("steal", "local-0", "--note", "urgent")).Success().Output);

        (await _home.CrcacheAsync("run", old, "touch", mark)).AssertRefused(76, "CRC0203", "local-0");
        (await _home.CrcacheAsync("cp", "/etc/hostname", $"{old}:{mark}")).AssertRefused(76, "CRC0203", "local-0");
        (await _home.CrcacheAsync("release", old)).AssertRefused(76, "CRC0203", "local-0");
        (await _home.CrcacheAsync("release", "-f", old)).AssertRefused(76, "CRC0203", "local-0");
        (await _home.CrcacheAsync("renew", old)).AssertRefused(76, "CRC0203", "local-0");
        (await _home.CrcacheAsync("hold", old)).AssertRefused(76, "CRC0203", "local-0");
        (await _home.CrcacheAsync("steal", old)).AssertRefused(76, "CRC0203", "local-0");
        Assert.False(File.Exists(mark));
        Assert.Matches("  local-0  leased  .+  urgent\n", (await _home.CrcacheAsync("status", "-v", "local")).Success().Output);
        Assert.Contains("  stolen  ", (await _home.CrcacheAsync("events", "-n", "1")).Success().Output, StringComparison.Ordinal);
        (await _home.CrcacheAsync("release", "local-0")).Success();
    }

    [Fact]
    public async Task Several_are_taken_over_or_none()
    {
        _home.AddSource("lab", "type=local\n");
        await _home.AcquireAsync("lab", 2);

        (await _home.CrcacheAsync("steal", "lab-0", "lab-7")).AssertRefused(2, "CRC0202", "lab-7");
        Assert.Equal("lab-1 lab-0\n", (await _home.CrcacheAsync("steal", "lab-1", "lab-0")).Success().Output);

        Assert.Equal(2, (await _home.CrcacheAsync("events")).Success().OutputLines.Count(l => l.Contains("  stolen  ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_layer_is_not_taken_from_below()
    {
        _home.AddSource("pool", "type=pool\nsources=local\n");
        await _home.AcquireAsync("pool");

        (await _home.CrcacheAsync("steal", "local-0")).AssertRefused(2, "CRC0204", "steal pool-0 instead");
        (await _home.CrcacheAsync("hold", "local-0")).AssertRefused(2, "CRC0204", "hold pool-0 instead");
        (await _home.CrcacheAsync("renew", "local-0")).AssertRefused(2, "CRC0204", "renew pool-0 instead");
        (await _home.CrcacheAsync("run", "pool-0", "true")).Success();
    }

    [Fact]
    public async Task Json_has_the_new_hand_out()
    {
        var old = await AcquireAsync();

        using var leases = JsonDocument.Parse((await _home.CrcacheAsync("steal", "local-0", "--json", "--owner", "alice")).Success().Output);

        var lease = Assert.Single(leases.RootElement.EnumerateArray()).GetProperty("reference").GetString()!;
        Assert.NotEqual(old, lease);
        (await _home.CrcacheAsync("release", lease)).Success();
    }

    [Fact]
    public async Task What_nobody_has_is_not_stolen() =>
        (await _home.CrcacheAsync("steal", "local-0")).AssertRefused(2, "CRC0202", "local-0");

    public void Dispose() => _home.Dispose();

    private async Task<string> AcquireAsync(params string[] options)
    {
        using var leases = JsonDocument.Parse((await _home.CrcacheAsync(["acquire", "--json", .. options])).Success().Output);
        return leases.RootElement[0].GetProperty("reference").GetString()!;
    }
}
