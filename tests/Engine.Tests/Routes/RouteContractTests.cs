namespace CrCache.Routes;

public sealed class LocalRouteTests : RouteContract
{
    internal override IReadOnlyList<Route> Steps => [new()];
}

public sealed class PrefixRouteTests : RouteContract
{
    internal override IReadOnlyList<Route> Steps => [new() { Prefix = ["env", "-u", "NOTHING"] }];
}

public sealed class UserRouteTests : RouteContract
{
    public UserRouteTests() => UserLab.Require();

    internal override IReadOnlyList<Route> Steps => [UserLab.Route];
}

public sealed class SshRouteTests(SshLab lab) : SshRouteContract(lab)
{
    internal override IReadOnlyList<Route> Steps => [new() { Ssh = SshLab.Endpoint }];
}

public sealed class UserOverSshRouteTests : SshRouteContract
{
    public UserOverSshRouteTests(SshLab lab)
        : base(lab) => UserLab.Require();

    internal override IReadOnlyList<Route> Steps => [new(), new() { Ssh = SshLab.Endpoint }, new() { Prefix = ["env", "A=b"] }, UserLab.Route];
}

public sealed class BastionRouteTests(SshLab lab) : SshRouteContract(lab)
{
    internal override IReadOnlyList<Route> Steps => [new() { Ssh = SshLab.Endpoint }, new() { Ssh = new($"{SshServer.Host}-inner") }];
}

public sealed class SshProgramRouteTests(SshLab lab) : SshRouteContract(lab)
{
    internal override IReadOnlyList<Route> Steps { get; } = [new() { Ssh = SshLab.Endpoint }];

    internal override SshWays Ssh => base.Ssh with { Caller = null };
}
