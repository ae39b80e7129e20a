using CrCache.Leasing;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>Sources of several hosts, some of which may be dead.</summary>
public sealed class SshHostsTests : IClassFixture<SshLab>, IDisposable
{
    private const string Dead = "127.0.0.1:1";
    private readonly EngineFixture _fixture = new();

    public SshHostsTests(SshLab lab)
    {
        SshLab.Require();
        _fixture.Home.Environment["CRCACHE_SSH_CONFIG"] = lab.Server!.Configuration;
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Resources_are_spread_over_the_hosts()
    {
        Configure("crcache-lab-[1-2]", "per_host=2");

        await _fixture.Acquire("lab", 4);

        Assert.Equal(["crcache-lab-1", "crcache-lab-2", "crcache-lab-1", "crcache-lab-2"], Hosts());
        Assert.Equal(4, _fixture.Engine.Inventory.Sources(["lab"])[0].Maximum);
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("lab"));
        Assert.Equal(ErrorCodes.BeyondMaximum, (await Assert.ThrowsAsync<UsageException>(() => _fixture.Acquire("lab", 5))).Code);
    }

    [Fact]
    public async Task A_dead_host_does_not_keep_the_others_from_being_used()
    {
        Configure($"{Dead} crcache-lab-[1-3]");

        Assert.Equal(["lab-1"], await _fixture.Acquire("lab"));
        Assert.Equal(["lab-2", "lab-3"], await _fixture.Acquire("lab", 2));

        Assert.Equal(["crcache-lab-1", "crcache-lab-2", "crcache-lab-3"], Hosts());
        Assert.Single(Failures());
        var error = await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("lab"));
        Assert.Contains($"{Dead} passed over until", error.Message, StringComparison.Ordinal);
        Assert.Contains(_fixture.Engine.Leases.Explain(new("lab", 1)), c => !c.IsFree && c.Reason.StartsWith($"{Dead} is passed over", StringComparison.Ordinal) && c.Until is not null);
    }

    [Fact]
    public async Task A_host_that_has_failed_is_tried_again_when_its_time_is_over()
    {
        Configure($"{Dead} crcache-lab-1", "reserve=1");
        await _fixture.Release([.. await _fixture.Acquire("lab")]);
        await _fixture.Acquire("lab");

        _fixture.Time.Advance(TimeSpan.FromSeconds(31));
        await Assert.ThrowsAnyAsync<CrCacheException>(() => _fixture.Acquire("lab"));

        Assert.Equal(2, Failures().Count);
    }

    [Fact]
    public async Task Where_no_host_answers_the_error_is_that_of_a_host()
    {
        Configure($"{Dead} 127.0.0.1:2");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("lab"));

        Assert.Equal(ErrorCodes.RouteFailed, error.Code);
        Assert.Equal(["lab-0", "lab-1"], Failures().Select(f => f.Resource));
        Assert.Equal((0, 0), _fixture.Count("lab"));
    }

    [Fact]
    public async Task All_or_nothing_holds_where_a_host_is_dead()
    {
        Configure($"crcache-lab-1 {Dead} crcache-lab-2");

        await Assert.ThrowsAnyAsync<CrCacheException>(() => _fixture.Acquire("lab", 3));

        Assert.Equal((0, 0), _fixture.Count("lab"));
        Assert.Equal(["lab-0", "lab-2"], await _fixture.Acquire("lab", 2));
    }

    [Fact]
    public async Task What_is_kept_is_made_on_the_hosts_that_answer()
    {
        Configure($"{Dead} crcache-lab-[1-2]", "reserve=2");

        await _fixture.Engine.Leases.RefillAsync(["lab"], TestContext.Current.CancellationToken);

        Assert.Equal((2, 0), _fixture.Count("lab"));
        Assert.Equal(["crcache-lab-1", "crcache-lab-2"], Hosts());
    }

    [Fact]
    public async Task A_host_can_be_asked_for()
    {
        Configure("crcache-lab-[1-3]");

        Assert.Equal(["lab-2"], await Acquire("host=crcache-lab-3"));
        Assert.Equal(["lab-1"], await Acquire("host=crcache-lab-2 && os=linux"));
        Assert.Contains(_fixture.Engine.Leases.Explain(new("lab", 1)), c => c is { IsFree: true, Reason: "can be made on crcache-lab-1" });
        Assert.Equal(ErrorCodes.BeyondMaximum, (await Assert.ThrowsAsync<UsageException>(() => Acquire("host=another"))).Code);
        await Assert.ThrowsAsync<NothingAvailableException>(() => Acquire("host=crcache-lab-3"));
    }

    [Theory]
    [InlineData("hosts=a,b\nssh_host=c", "hosts")]
    [InlineData("", "ssh_host")]
    [InlineData("hosts=a[", "hosts")]
    [InlineData("hosts=a,-b", "hosts")]
    [InlineData("hosts=a[3-1]", "hosts")]
    [InlineData("hosts=a\nper_host=0", "per_host")]
    [InlineData("ssh_host=a\nper_host=2", "per_host")]
    [InlineData("hosts=a[1-2]\nmaximum=3", "maximum")]
    [InlineData("hosts=a[1-2]\nreserve=3", "reserve")]
    [InlineData("ssh_host=a\nport=0", "port")]
    [InlineData("ssh_host=a\nssh_user=-x", "ssh_user")]
    [InlineData("ssh_host=a\nidentity_file=key", "identity_file")]
    [InlineData("ssh_host=a\nhost_key=SHA256:short", "host_key")]
    [InlineData("ssh_host=a\nhost_key=ssh-ed25519", "host_key")]
    [InlineData("ssh_host=a\nhost_keys=perhaps", "host_keys")]
    [InlineData("ssh_host=a\nconnect_timeout=soon", "connect_timeout")]
    [InlineData("ssh_host=a\ntransport=pigeon", "transport")]
    [InlineData("ssh_host=a\npersist=x", "persist")]
    [InlineData("ssh_host=a\nport=22\nssh_user=me\nidentity_file=~/k, /l\nhost_keys=accept-new\nconnect_timeout=5s\ntransport=openssh\npersist=0", "ok")]
    public void A_setting_that_cannot_be_is_named(string text, string key)
    {
        _fixture.Home.AddSource("lab", $"[DEFAULT]\ntype=ssh\n{text}");

        var error = Record.Exception(() => _fixture.Engine.Sources.Resolve(new("lab")));

        if (key == "ok")
            Assert.Null(error);
        else
            Assert.StartsWith($"{key}: ", Assert.IsType<ConfigurationException>(error).Message, StringComparison.Ordinal);
    }

    private void Configure(string hosts, string more = "") => _fixture.Home.AddSource("lab", $"[DEFAULT]\ntype=ssh\nhosts={hosts}\nconnect_timeout=10s\n{more}");

    private async Task<IEnumerable<string>> Acquire(string where) =>
        (await _fixture.Engine.Leases.AcquireAsync(new([new ResourceDemand("lab", 1) { Where = where }]), TestContext.Current.CancellationToken)).Select(l => l.Resource);

    private IEnumerable<string?> Hosts() => _fixture.Engine.Inventory.Resources("lab").Select(r => r.Host);

    private List<ResourceEvent> Failures() => [.. _fixture.Engine.Inventory.Events(0, 1000).Where(e => e.Kind == "failed")];
}
