namespace CrCache.Cli.Tests;

/// <summary>Resources that belong to a name.</summary>
public sealed class OwnerTests : IDisposable
{
    private readonly TestHome _home = new();

    public OwnerTests() => _home.AddSource("lab", "type=local\nmaximum=4\n");

    [Fact]
    public async Task The_owner_is_shown_by_status_and_to_whoever_finds_nothing_free()
    {
        (await _home.CrcacheAsync("acquire", "--owner", "night shift")).Success();

        Assert.Contains("  night shift  ", (await _home.CrcacheAsync("status", "-v", "local")).Success().Output, StringComparison.Ordinal);
        var refused = await _home.CrcacheAsync("acquire");
        Assert.Equal(75, refused.ExitCode);
        Assert.Contains("local-0 is held by night shift since", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Releasing_by_name_needs_the_owners()
    {
        (await _home.CrcacheAsync("acquire", "--owner", "ci")).Success();

        (await _home.CrcacheAsync("release", "local-0")).AssertRefused(2, "CRC0204", "local-0 is held by ci");
        _home.Environment["CRCACHE_OWNER"] = "bob";
        (await _home.CrcacheAsync("release", "local-0")).AssertRefused(2, "CRC0204", "local-0 is held by ci");
        _home.Environment["CRCACHE_OWNER"] = "ci";
        (await _home.CrcacheAsync("release", "local-0")).Success();
    }

    [Fact]
    public async Task The_variable_owns_what_is_acquired()
    {
        _home.Environment["CRCACHE_OWNER"] = "ci";
        (await _home.CrcacheAsync("acquire")).Success();
        _home.Environment.Remove("CRCACHE_OWNER");

        (await _home.CrcacheAsync("release", "local-0")).AssertRefused(2, "CRC0204", "ci");
        (await _home.CrcacheAsync("release", "-f", "local-0")).Success();
    }

    [Fact]
    public async Task All_that_an_owner_has_is_released_at_once()
    {
        (await _home.CrcacheAsync("acquire", "-s", "lab", "2", "--owner", "ci")).Success();
        (await _home.CrcacheAsync("acquire", "-s", "lab", "--owner", "bob")).Success();

        Assert.Equal("lab-0 lab-1\n", (await _home.CrcacheAsync("release", "--owner", "ci")).Success().Output);

        Assert.Equal("1\n", (await _home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
        Assert.Equal("{\"released\":[\"lab-2\"]}\n", (await _home.CrcacheAsync("release", "--owner", "bob", "--json")).Success().Output);
    }

    [Fact]
    public async Task An_owner_who_has_nothing_has_nothing_to_release()
    {
        var result = (await _home.CrcacheAsync("release", "--owner", "ci")).Success();
        Assert.Empty(result.Output);
        Assert.Equal("crcache: ci holds nothing\n", result.Error);

        var quiet = (await _home.CrcacheAsync("release", "-q", "--owner", "ci")).Success();
        Assert.Empty(quiet.Output + quiet.Error);
    }

    [Fact]
    public async Task The_variable_alone_releases_nothing()
    {
        // A script passes on what acquire gave it, and that may be nothing.
        _home.Environment["CRCACHE_OWNER"] = "ci";
        (await _home.CrcacheAsync("acquire")).Success();

        (await _home.CrcacheAsync("release")).Success();

        Assert.Equal("1\n", (await _home.CrcacheAsync("status", "--query", "in-use", "local")).Success().Output);
    }

    [Fact]
    public async Task A_script_gives_back_what_it_has_itself_without_saying_who_it_is() =>
        (await _home.ShellAsync("crcache acquire --owner ci --while-pid $$ && crcache release local-0")).Success();

    public void Dispose() => _home.Dispose();
}
