using CrCache.Routes;

namespace CrCache.Copying;

public sealed class DirectCopyOptionsTests : CopyOptionsContract
{
    internal override Route Route => new();
}

public sealed class BaseDirectoryCopyOptionsTests : CopyOptionsContract
{
    internal override string Far => "/";

    internal override Route Route => new() { Prefix = ["no-such-program"], BaseDirectory = There };
}

public sealed class PrefixCopyOptionsTests : CopyOptionsContract
{
    internal override Route Route => new() { Prefix = ["env"] };
}

public sealed class BusyboxCopyOptionsTests : CopyOptionsContract, IClassFixture<BusyboxTools>
{
    private readonly BusyboxTools _tools;

    public BusyboxCopyOptionsTests(BusyboxTools tools)
    {
        BusyboxTools.Require();
        _tools = tools;
    }

    internal override Route Route => _tools.Route;

    internal override bool KeepsTimes => false;

    internal override bool KnowsHoles => false;

    // Its tar makes every directory on the way again for each.
    internal override int Depth => 200;
}

public sealed class SshCopyOptionsTests : CopyOptionsContract, IClassFixture<SshLab>
{
    private readonly SshLab _lab;

    public SshCopyOptionsTests(SshLab lab)
    {
        SshLab.Require();
        _lab = lab;
    }

    internal override Route Route => new() { Ssh = SshLab.Endpoint };

    internal override string? SshConfiguration => _lab.Server!.Configuration;
}
