using CrCache.Routes;

namespace CrCache.Sources;

public sealed class ChrootSourceTests : SourceContract
{
    private TestHome? _home;

    public ChrootSourceTests()
    {
        ChrootLab.Require();
        Assert.SkipWhen(BusyboxRoot.Requirement.IsMissing(out var reason), reason);
    }

    protected override string Configure(TestHome home)
    {
        _home = home;
        return $"type=chroot\ntree={BusyboxRoot.Path}";
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home)
            ChrootLab.Sweep(home);
        base.Dispose(disposing);
    }
}

public sealed class ChrootOverSshSourceTests : SourceContract, IClassFixture<SshLab>
{
    private readonly SshLab _lab;
    private TestHome? _home;

    public ChrootOverSshSourceTests(SshLab lab)
    {
        ChrootLab.Require();
        SshLab.Require();
        Assert.SkipWhen(BusyboxRoot.Requirement.IsMissing(out var reason), reason);
        _lab = lab;
    }

    protected override string Configure(TestHome home)
    {
        _home = home;
        home.Environment["CRCACHE_SSH_CONFIG"] = _lab.Server!.Configuration;
        home.AddSource("host", $"type=ssh\nssh_host={SshServer.Host}");
        return $"type=chroot\nbase=host\ntree={BusyboxRoot.Path}\ndirectory={home.Combine("chroots")}";
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home)
            ChrootLab.Sweep(home);
        base.Dispose(disposing);
    }
}
