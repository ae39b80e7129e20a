using System.Text.Json;

namespace CrCache.Cli.Tests;

/// <summary>Sources with something bound, as people name them.</summary>
public sealed class ParameterTests : IDisposable
{
    private readonly TestHome _home = new();

    public ParameterTests() => _home.AddSource("ubuntu", "type=local\ncwd=/${dir:-tmp}\nlabels=release=${release}\nmaximum=3\nidle_time=1h\n");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_source_is_bound_where_it_is_named()
    {
        Assert.Equal("ubuntu-0\n", (await _home.CrcacheAsync("acquire", "-s", "ubuntu{release=lucid,dir=usr}")).Success().Output);
        Assert.Equal("/usr\n", (await _home.CrcacheAsync("run", "ubuntu-0", "pwd")).Success().Output);
        Assert.Equal("ubuntu-1 ubuntu-2\n", (await _home.CrcacheAsync("-s", "ubuntu{release=a:1/b@c}:2", "acquire")).Success().Output);
    }

    [Fact]
    public async Task The_environments_source_may_be_bound()
    {
        _home.Environment["CRCACHE_SOURCE"] = "ubuntu{release=lucid}";

        using var leases = JsonDocument.Parse((await _home.CrcacheAsync("acquire", "2", "--json", "--where", "param.release=lucid")).Success().Output);

        Assert.Equal(["ubuntu-0", "ubuntu-1"], leases.RootElement.EnumerateArray().Select(l => l.GetProperty("name").GetString()));
        Assert.All(leases.RootElement.EnumerateArray(), l => Assert.Equal("""{"release":"lucid"}""", l.GetProperty("binding").GetRawText()));
    }

    [Fact]
    public async Task Status_shows_what_is_bound()
    {
        (await _home.CrcacheAsync("acquire", "-s", "ubuntu{release=lucid,dir=usr}")).Success();

        Assert.Matches(@"\n  ubuntu-0  leased \{dir=usr,release=lucid\}  ", (await _home.CrcacheAsync("status", "-v", "ubuntu")).Success().Output);
        using var status = JsonDocument.Parse((await _home.CrcacheAsync("status", "-v", "ubuntu", "--json")).Success().Output);
        Assert.Equal(
            """{"dir":"usr","release":"lucid"}""",
            status.RootElement[0].GetProperty("resources")[0].GetProperty("binding").GetRawText());
    }

    [Fact]
    public async Task Status_is_of_the_source_whatever_is_bound() =>
        (await _home.CrcacheAsync("status", "ubuntu{release=lucid}")).AssertRefused(2, "CRC0001", "limits are the source's");

    [Fact]
    public async Task Explain_shows_what_is_bound()
    {
        (await _home.CrcacheAsync("acquire", "-s", "ubuntu{release=lucid}")).Success();
        (await _home.CrcacheAsync("release", "ubuntu-0")).Success();

        var lines = (await _home.CrcacheAsync("explain", "-s", "ubuntu{release=noble}")).Success().OutputLines;

        Assert.Equal(["ubuntu-0 {release=lucid}     no   bound otherwise", "ubuntu{release=noble} (new)  yes  can be made"], lines);
    }

    [Fact]
    public async Task Who_waits_is_shown_with_the_source()
    {
        (await _home.CrcacheAsync("acquire", "-s", "ubuntu{release=lucid}", "3")).Success();
        using var waiting = _home.StartCrcache("acquire", "-s", "ubuntu{release=noble}", "--wait=1m");

        await Eventually.TrueAsync(async () => (await _home.CrcacheAsync("status", "-v", "ubuntu")).Output.Contains("waiting {release=noble}", StringComparison.Ordinal));
        (await _home.CrcacheAsync("release", "ubuntu-1")).Success();

        Assert.Equal("ubuntu-1\n", (await waiting.WaitAsync()).Success().Output);
    }

    [Theory]
    [InlineData("ubuntu", "CRC0102", "source.conf:4: error CRC0102: labels: nothing binds ${release}: ask for ubuntu{release=...}")]
    [InlineData("ubuntu{release=lucid,dri=usr}", "CRC0001", "'ubuntu' takes no parameter 'dri' (did you mean dir?); it takes dir, release")]
    [InlineData("ubuntu{release=a:b", "CRC0001", "'ubuntu{release=a:b' ends where ',' or '}' is expected (character 19)")]
    [InlineData("ubuntu{release=-x}", "CRC0001", "it goes into command lines, where it would be an option (character 16)")]
    [InlineData("ubuntu{release=a}x:2", "CRC0001", "has 'x' where the end is expected (character 18)")]
    public async Task What_cannot_be_bound_is_refused(string source, string code, string text) =>
        (await _home.CrcacheAsync("acquire", "-s", source)).AssertRefused(2, code, text);
}
