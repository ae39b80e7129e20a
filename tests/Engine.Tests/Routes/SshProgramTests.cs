using CrCache.Leasing;
using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>What a source says of hosts and keys, over the ssh program and a real server.</summary>
public sealed class SshProgramTests : IClassFixture<SshLab>, IDisposable
{
    private readonly EngineFixture _fixture = new();
    private readonly SshServer _server;

    public SshProgramTests(SshLab lab)
    {
        SshLab.Require();
        _server = lab.Server!;
        var file = Path.Combine(_fixture.Home.Project, "ssh_config");
        File.WriteAllText(file, $"UserKnownHostsFile {KnownHosts}\nGlobalKnownHostsFile none\nIdentityFile none\n");
        _fixture.Home.Environment["CRCACHE_SSH_CONFIG"] = file;
    }

    private string KnownHosts => Path.Combine(_fixture.Home.Project, "known_hosts");

    private string Fingerprint => HostKey.Fingerprint(Convert.FromBase64String(_server.Key.Split(' ')[1]));

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("host_key={fingerprint}")]
    [InlineData("host_key={key}")]
    [InlineData("host_key=SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, {fingerprint}")]
    [InlineData("host_keys=accept-new")]
    public async Task A_host_whose_key_is_named_or_new_ones_are_accepted_is_used(string setting) =>
        Assert.Equal(["far-0"], await Acquire(setting));

    [Theory]
    [InlineData("")]
    [InlineData("host_keys=strict")]
    [InlineData("host_key=SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("host_key=SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nhost_keys=accept-new")]
    public async Task Another_host_is_refused(string setting) =>
        Assert.Equal(ErrorCodes.RouteFailed, (await Assert.ThrowsAsync<ResourceException>(() => Acquire(setting))).Code);

    [Fact]
    public async Task A_pinned_key_goes_before_what_is_known()
    {
        await File.WriteAllTextAsync(KnownHosts, $"[127.0.0.1]:{_server.Port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ResourceException>(() => Acquire("host_keys=accept-new"));
        Assert.Equal(["far-0"], await Acquire("host_key={fingerprint}"));
    }

    [Fact]
    public async Task A_host_behind_another_has_keys_of_its_own()
    {
        _fixture.Home.AddSource("gate", Source("host_key={fingerprint}"));
        _fixture.Home.AddSource("inner", $"{Source("host_key={fingerprint}")}\nbase=gate");
        _fixture.Home.AddSource("wrong", $"{Source("host_key=SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")}\nbase=gate");

        Assert.Equal(["inner-0"], await _fixture.Acquire("inner"));
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("wrong"));
    }

    [Fact]
    public void An_endpoint_is_kept_as_it_is()
    {
        SshEndpoint endpoint = new("h", 22, "u")
        {
            IdentityFiles = ["/k", "~/l"],
            HostKeys = ["SHA256:x"],
            AcceptsNewHost = false,
            ConnectTimeout = TimeSpan.FromSeconds(3),
            Transport = SshTransport.OpenSsh,
            Persist = TimeSpan.Zero,
        };

        var kept = StoredJson.Route(StoredJson.Of(new Route { Ssh = endpoint })).Ssh!;

        Assert.Equal(endpoint.IdentityFiles, kept.IdentityFiles);
        Assert.Equal(endpoint.HostKeys, kept.HostKeys);
        Assert.Equal(endpoint with { IdentityFiles = kept.IdentityFiles, HostKeys = kept.HostKeys }, kept);
        Assert.Equal("""{"ssh":{"host":"h"}}""", StoredJson.Of(new Route { Ssh = new("h") }));
    }

    private Task<IReadOnlyList<string>> Acquire(string setting)
    {
        _fixture.Home.AddSource("far", Source(setting));
        return _fixture.Acquire("far");
    }

    private string Source(string setting) =>
        $"type=ssh\nssh_host=127.0.0.1\nport={_server.Port}\nssh_user={Environment.UserName}\nidentity_file={_server.Identity}\n"
        + setting.Replace("{fingerprint}", Fingerprint, StringComparison.Ordinal).Replace("{key}", string.Join(' ', _server.Key.Split(' ').Take(2)), StringComparison.Ordinal);
}
