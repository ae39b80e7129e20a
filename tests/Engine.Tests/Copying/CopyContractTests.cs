using CrCache.Routes;
using CrCache.Sources;

namespace CrCache.Copying;

public sealed class DirectCopyTests : CopyContract
{
    internal override Route Route => new();
}

public sealed class PrefixCopyTests : CopyContract
{
    internal override Route Route => new() { Prefix = ["env"] };
}

/// <summary>As a changed root: its paths are not this machine's.</summary>
public sealed class BaseDirectoryCopyTests : CopyContract
{
    internal override string Far => "/";

    internal override Route Route => new() { Prefix = ["no-such-program"], BaseDirectory = There };
}

/// <summary>Where a box sees the machine's own directory: it is reached through the box's holder, and no command is run.</summary>
public sealed class BoxCopyTests : CopyContract, IClassFixture<BoxLab>
{
    private readonly BoxLab _lab;

    public BoxCopyTests(BoxLab lab)
    {
        BoxLab.Require();
        _lab = lab;
    }

    internal override Route Route => _lab.Route with { Prefix = ["no-such-program"] };
}

public sealed class NestedBoxCopyTests : CopyContract, IClassFixture<NestedBoxLab>
{
    private readonly NestedBoxLab _lab;

    public NestedBoxCopyTests(NestedBoxLab lab)
    {
        BoxLab.Require();
        _lab = lab;
    }

    internal override Route Route => _lab.Route with { Prefix = ["no-such-program"] };
}

public sealed class BusyboxCopyTests : CopyContract, IClassFixture<BusyboxTools>
{
    private readonly BusyboxTools _tools;

    public BusyboxCopyTests(BusyboxTools tools)
    {
        BusyboxTools.Require();
        _tools = tools;
    }

    internal override Route Route => _tools.Route;

    internal override bool KeepsTimes => false;
}

public sealed class UserCopyTests : CopyContract
{
    public UserCopyTests() => UserLab.Require();

    internal override Route Route => UserLab.Route;
}

public sealed class SshCopyTests : CopyContract, IClassFixture<SshLab>
{
    private readonly SshLab _lab;

    public SshCopyTests(SshLab lab)
    {
        SshLab.Require();
        _lab = lab;
    }

    internal override Route Route => new() { Ssh = SshLab.Endpoint };

    internal override string? SshConfiguration => _lab.Server!.Configuration;

    internal override int Tries => 2;
}
