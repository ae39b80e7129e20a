using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>To and from a host that only its bastion reaches.</summary>
public sealed class BastionCopyTests : CopyContract, IClassFixture<BastionLab>
{
    private readonly BastionLab _lab;

    public BastionCopyTests(BastionLab lab)
    {
        BastionLab.Require();
        _lab = lab;
    }

    internal override Route Route => new() { Ssh = BastionLab.Inner };

    internal override IReadOnlyList<Route> Steps => [new() { Ssh = BastionLab.Bastion }, Route];

    internal override string? SshConfiguration => _lab.Network!.Configuration;

    internal override int Tries => 2;
}
