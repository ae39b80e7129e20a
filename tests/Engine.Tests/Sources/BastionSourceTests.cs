using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>Hosts behind a bastion, which all of them share.</summary>
public sealed class BastionSourceTests : SourceContract, IClassFixture<BastionLab>
{
    private readonly BastionLab _lab;

    public BastionSourceTests(BastionLab lab)
    {
        BastionLab.Require();
        _lab = lab;
    }

    protected override string Configure(TestHome home)
    {
        home.Environment["CRCACHE_SSH_CONFIG"] = _lab.Network!.Configuration;
        home.AddSource("gate", $"type=ssh\nssh_host={BastionLab.Bastion.Host}");
        return $"type=ssh\nssh_host={BastionLab.Inner.Host}\nbase=gate";
    }
}
