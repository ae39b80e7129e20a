namespace CrCache.Cli.Tests;

/// <summary>A directory on a resource that goes with the lease.</summary>
public sealed class TemporaryTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("type=local\n")]
    [InlineData("type=local\nreserve=1\n")]
    public async Task It_is_its_users_alone_and_goes_with_the_release(string source)
    {
        _home.AddSource("s", source);
        (await _home.CrcacheAsync("acquire", "-s", "s")).Success();
        var path = await MakeAsync("s-0");
        var other = await MakeAsync("s-0");

        Assert.NotEqual(path, other);
        Assert.Equal("700\n", (await _home.CrcacheAsync("run", "s-0", "stat", "-c", "%a", path)).Success().Output);
        (await _home.CrcacheAsync("run", "s-0", "sh", "-c", "mkdir \"$1/closed\" && touch \"$1/closed/file\" && chmod 500 \"$1/closed\"", "sh", path)).Success();

        (await _home.CrcacheAsync("release", "s-0")).Success();
        Assert.False(Directory.Exists(path));
        Assert.False(Directory.Exists(other));
    }

    [Fact]
    public async Task It_goes_with_a_lease_that_is_stolen_or_expires()
    {
        (await _home.CrcacheAsync("acquire")).Success();
        var stolen = await MakeAsync("local-0");
        (await _home.CrcacheAsync("steal", "local-0")).Success();
        Assert.False(Directory.Exists(stolen));

        var expired = await MakeAsync("local-0");
        (await _home.CrcacheAsync("renew", "local-0", "--ttl", "1s")).Success();
        await Eventually.True(() => _home.CrcacheAsync("gc", "--apply").GetAwaiter().GetResult().ExitCode == 0 && !Directory.Exists(expired));
    }

    [Fact]
    public async Task A_file_is_its_users_alone_too_and_goes_with_the_release()
    {
        (await _home.CrcacheAsync("acquire")).Success();
        var path = (await _home.CrcacheAsync("mktemp", "--file", "local-0")).Success().Output.TrimEnd('\n');
        var other = (await _home.CrcacheAsync("--json", "mktemp", "local-0", "--file")).Success().Output;

        Assert.Equal("600 0\n", (await _home.CrcacheAsync("run", "local-0", "stat", "-c", "%a %s", path)).Success().Output);
        Assert.NotEqual($"{{\"path\":\"{path}\"}}\n", other);
        (await _home.CrcacheAsync("release", "local-0")).Success();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task It_goes_though_whoever_removed_it_before_was_killed_half_way()
    {
        (await _home.CrcacheAsync("acquire")).Success();
        var path = await MakeAsync("local-0");
        Directory.Delete(path);

        (await _home.CrcacheAsync("release", "local-0")).Success();
        Assert.Equal("local-0\n", (await _home.CrcacheAsync("acquire")).Success().Output);
    }

    [Fact]
    public async Task A_resource_nobody_acquired_has_none() =>
        (await _home.CrcacheAsync("mktemp", "local-0")).AssertRefused(2, "CRC0202", "local-0");

    [Theory]
    [InlineData("mktemp")]
    [InlineData("mktemp", "--file")]
    public async Task Where_it_cannot_be_made_one_line_says_why(params string[] make)
    {
        (await _home.CrcacheAsync("acquire")).Success();
        _home.Environment["TMPDIR"] = "/no/such/place";

        (await _home.CrcacheAsync([.. make, "local-0"])).AssertRefused(125, "CRC0501", "/no/such/place");
    }

    private async Task<string> MakeAsync(string resource)
    {
        var path = (await _home.CrcacheAsync("mktemp", resource)).Success().Output.TrimEnd('\n');
        Assert.True(Directory.Exists(path), path);
        return path;
    }
}
