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
}
