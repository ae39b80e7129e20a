using CrCache.Routes;

namespace CrCache.Sources;

public sealed class LxcSourceTests : SourceContract
{
    private readonly LxcBase? _base;
    private TestHome? _home;

    public LxcSourceTests()
    {
        LxcLab.Require();
        _base = new();
    }

    protected override string Configure(TestHome home)
    {
        _home = home;
        return _base!.Settings;
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home)
            LxcLab.Sweep(Path.Combine(home.StateDirectory, "lxc"));
        base.Dispose(disposing);
        _base?.Dispose();
    }
}

public sealed class LxcSourceOverSshTests : SourceContract, IClassFixture<SshLab>
{
    private readonly SshLab _ssh;
    private readonly LxcBase? _base;
    private TestHome? _home;

    public LxcSourceOverSshTests(SshLab ssh)
    {
        SshLab.Require();
        LxcLab.Require();
        _ssh = ssh;
        _base = new();
    }

    protected override string Configure(TestHome home)
    {
        _home = home;
        home.Environment["CRCACHE_SSH_CONFIG"] = _ssh.Server!.Configuration;
        home.AddSource("far", $"type=ssh\nssh_host={SshServer.Host}");
        return $"{_base!.Settings}\nbase=far\ndirectory={home.Combine("far")}";
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home && Directory.Exists(home.Combine("far")))
        {
            foreach (var store in Directory.GetDirectories(home.Combine("far")))
                LxcLab.Sweep(store);
        }

        base.Dispose(disposing);
        _base?.Dispose();
    }
}
