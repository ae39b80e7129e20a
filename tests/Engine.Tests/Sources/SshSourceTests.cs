using CrCache.Routes;

namespace CrCache.Sources;

public sealed class SshSourceTests : SourceContract, IClassFixture<SshLab>
{
    public SshSourceTests(SshLab lab)
    {
        SshLab.Require();

        // The engine takes it from the process; route tests, which run at the same time, say theirs themselves.
        Environment.SetEnvironmentVariable("CRCACHE_SSH_CONFIG", lab.Server!.Configuration);
    }

    protected override string Configure(TestHome home) => $"type=ssh\nssh_host={SshServer.Host}";
}
