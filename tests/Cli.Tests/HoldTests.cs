using System.Text.Json;

namespace CrCache.Cli.Tests;

/// <summary>Resources that are kept for a person to look at.</summary>
public sealed class HoldTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task It_is_shown_used_and_released()
    {
        await _home.AcquireAsync();

        Assert.Empty((await _home.CrcacheAsync("hold", "local-0", "--for", "4h", "--note", "fails here")).Success().Output);

        Assert.Matches(@"  local-0  held  .+  since \S+Z  expires \S+Z  fails here\n", (await _home.CrcacheAsync("status", "-v", "local")).Success().Output);
        Assert.Equal("1\n", (await _home.CrcacheAsync("status", "--query", "in-use", "local")).Success().Output);
        Assert.Equal(75, (await _home.CrcacheAsync("acquire")).ExitCode);
        await File.WriteAllTextAsync(_home.Combine("file"), "text");
        (await _home.CrcacheAsync("cp", _home.Combine("file"), "local-0:" + _home.Combine("copy"))).Success();
        Assert.Equal("text", (await _home.CrcacheAsync("run", "local-0", "cat", _home.Combine("copy"))).Success().Output);
        (await _home.CrcacheAsync("release", "local-0")).Success();
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "local")).Success().Output);
    }

    [Fact]
    public async Task It_outlives_the_script_that_acquired_it()
    {
        (await _home.ShellAsync("crcache acquire --while-pid $$ && crcache hold local-0 --owner alice")).Success();

        Assert.Empty((await _home.CrcacheAsync("gc", "--apply")).Success().Output);

        (await _home.CrcacheAsync("release", "local-0")).AssertRefused(2, "CRC0204", "held for alice");
        Assert.Equal("local-0\n", (await _home.CrcacheAsync("release", "--owner", "alice")).Success().Output);
    }

    [Fact]
    public async Task Whoever_acquired_it_has_done_with_it_and_the_person_has_not()
    {
        var reference = await AcquireAsync();
        (await _home.CrcacheAsync("hold", "local-0")).Success();

        var released = (await _home.CrcacheAsync("release", reference)).Success();

        Assert.Contains("local-0 is still held", released.Error, StringComparison.Ordinal);
        Assert.Equal("{\"released\":[]}\n", (await _home.CrcacheAsync("release", reference, "--json", "-q")).Success().Output);
        (await _home.CrcacheAsync("run", "local-0", "true")).Success();
        Assert.Empty((await _home.CrcacheAsync("release", "local-0")).Success().Error);
    }

    [Fact]
    public async Task It_ends_with_its_time()
    {
        await _home.AcquireAsync();
        (await _home.CrcacheAsync("hold", "local-0", "--for", "1s")).Success();

        await Eventually.True(() => _home.CrcacheAsync("acquire", "-q").GetAwaiter().GetResult().ExitCode == 0);
    }

    [Fact]
    public async Task If_one_cannot_be_held_none_is()
    {
        await _home.AcquireAsync();

        (await _home.CrcacheAsync("hold", "local-0", "local0")).AssertRefused(2, "CRC0202", "did you mean local-0?");

        Assert.Contains("  leased  ", (await _home.CrcacheAsync("status", "-v", "local")).Success().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_describes_it()
    {
        var reference = await AcquireAsync();

        using var held = JsonDocument.Parse((await _home.CrcacheAsync("hold", "local-0", "--json")).Success().Output);

        Assert.Equal(reference, Assert.Single(held.RootElement.EnumerateArray()).GetProperty("reference").GetString());
    }

    public void Dispose() => _home.Dispose();

    private async Task<string> AcquireAsync()
    {
        using var leases = JsonDocument.Parse((await _home.CrcacheAsync("acquire", "--json")).Success().Output);
        return leases.RootElement[0].GetProperty("reference").GetString()!;
    }
}
