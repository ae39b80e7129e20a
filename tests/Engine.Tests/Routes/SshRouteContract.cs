namespace CrCache.Routes;

/// <summary>What routes over ssh promise besides.</summary>
public abstract class SshRouteContract : RouteContract, IClassFixture<SshLab>
{
    private readonly SshLab _lab;

    protected SshRouteContract(SshLab lab)
    {
        SshLab.Require();
        _lab = lab;
    }

    internal override string? SshConfiguration => _lab.Server!.Configuration;

    internal override int Tries => 4;
}
