namespace CrCache.Routes;

/// <summary>A host that only its bastion reaches.</summary>
public sealed class BastionNetworkRouteTests : RouteContract, IClassFixture<BastionLab>
{
    private readonly BastionLab _lab;

    public BastionNetworkRouteTests(BastionLab lab)
    {
        BastionLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => [new() { Ssh = BastionLab.Bastion }, new() { Ssh = BastionLab.Inner }];

    internal override string? SshConfiguration => _lab.Network!.Configuration;

    internal override int Tries => 4;
}
