namespace CrCache.Cli.Tests;

public sealed class ReleaseTests : IDisposable
{
    private readonly TestHome _home = new();

    public ReleaseTests() => _home.AddSource("lab", "type=local\nmaximum=4\n");

    [Fact]
    public async Task Several_are_released_at_once()
    {
        await _home.AcquireAsync("lab", 3);

        Assert.Empty((await _home.CrcacheAsync("release", "lab-0", "lab-2", "lab-1")).Success().Output);

        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
    }

    [Fact]
    public async Task No_names_are_fine() => (await _home.CrcacheAsync("release")).Success();

    [Fact]
    public async Task A_second_release_is_refused()
    {
        await _home.AcquireAsync();
        (await _home.CrcacheAsync("release", "local-0")).Success();

        (await _home.CrcacheAsync("release", "local-0")).AssertRefused(2, "CRC0202", "local-0");
    }

    [Fact]
    public async Task What_another_live_process_holds_needs_force()
    {
        using var owner = ProcessRun.Start(["/bin/sleep", "600"]);
        (await _home.CrcacheAsync("acquire", "--while-pid", $"{owner.Id}")).Success();

        (await _home.CrcacheAsync("release", "local-0")).AssertRefused(2, "CRC0204", "local-0");
        (await _home.CrcacheAsync("release", "-f", "local-0")).Success();
    }

    [Fact]
    public async Task A_script_may_release_what_it_holds_itself() =>
        (await _home.ShellAsync("crcache acquire --while-pid $$ && crcache release local-0")).Success();

    [Fact]
    public async Task What_a_pool_is_layered_on_is_not_released_even_by_force()
    {
        _home.AddSource("pool", "type=pool\nsources=local\n");
        await _home.AcquireAsync("pool");

        var result = await _home.CrcacheAsync("release", "-f", "local-0");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("pool-0", result.Error, StringComparison.Ordinal);
        (await _home.CrcacheAsync("run", "pool-0", "true")).Success();
    }

    [Fact]
    public async Task Json_names_what_was_released()
    {
        await _home.AcquireAsync();

        Assert.Equal("{\"released\":[\"local-0\"]}\n", (await _home.CrcacheAsync("release", "local-0", "--json")).Success().Output);
    }

    public void Dispose() => _home.Dispose();
}
