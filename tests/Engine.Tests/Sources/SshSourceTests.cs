using CrCache.Routes;

namespace CrCache.Sources;

public sealed class SshSourceTests : SourceContract, IClassFixture<SshLab>
{
    private readonly SshLab _lab;

    public SshSourceTests(SshLab lab)
    {
        SshLab.Require();
        _lab = lab;
    }

    protected override string Configure(TestHome home)
    {
        home.Environment["CRCACHE_SSH_CONFIG"] = _lab.Server!.Configuration;
        return $"type=ssh\nssh_host={SshServer.Host}";
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_an_error_of_the_resource()
    {
        using EngineFixture fixture = new();
        fixture.Home.AddSource("far", "type=ssh\nssh_host=127.0.0.1:1");

        var error = await Assert.ThrowsAsync<ResourceException>(() => fixture.Acquire("far"));

        Assert.Equal(ErrorCodes.RouteFailed, error.Code);
        Assert.StartsWith("far-0 cannot be reached: ", error.Message, StringComparison.Ordinal);
    }
}
