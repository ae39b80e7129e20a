using CrCache.Routes;

namespace CrCache.Sources;

public sealed class BoxSourceTests : SourceContract
{
    private TestHome? _home;

    public BoxSourceTests() => BoxLab.Require();

    protected override bool IsRecreated => true;

    protected override string Configure(TestHome home)
    {
        _home = home;
        return "type=box";
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home)
            BoxLab.Sweep(home);
        base.Dispose(disposing);
    }
}

public sealed class BoxInBoxSourceTests : SourceContract
{
    private TestHome? _home;

    public BoxInBoxSourceTests() => BoxLab.Require();

    protected override bool IsRecreated => true;

    protected override string Configure(TestHome home)
    {
        _home = home;
        home.AddSource("outer", "type=box");
        return "type=box\nbase=outer";
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home)
            BoxLab.Sweep(home);
        base.Dispose(disposing);
    }
}

public sealed class BoxInChrootSourceTests : SourceContract
{
    private TestHome? _home;

    public BoxInChrootSourceTests()
    {
        ChrootLab.Require();
        BoxLab.Require();
    }

    protected override bool IsRecreated => true;

    protected override string Configure(TestHome home)
    {
        _home = home;
        home.AddSource("outer", $"type=chroot\ntree=/\ndirectory={home.Combine("chroots")}");
        return "type=box\nbase=outer";
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home)
            ChrootLab.Sweep(home);
        base.Dispose(disposing);
    }
}

public sealed class BoxOverSshSourceTests : SourceContract, IClassFixture<SshLab>
{
    private readonly SshLab _lab;
    private TestHome? _home;

    public BoxOverSshSourceTests(SshLab lab)
    {
        SshLab.Require();
        BoxLab.Require();
        _lab = lab;
    }

    protected override bool IsRecreated => true;

    protected override string Configure(TestHome home)
    {
        _home = home;
        home.Environment["CRCACHE_SSH_CONFIG"] = _lab.Server!.Configuration;
        home.AddSource("host", $"type=ssh\nssh_host={SshServer.Host}");
        return $"type=box\nbase=host\ndirectory={home.Combine("far")}";
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home)
            BoxLab.Sweep(home.Combine("far"));
        base.Dispose(disposing);
    }
}
