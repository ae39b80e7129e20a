namespace CrCache.Sources;

public sealed class ContainerSourceDockerTests(ContainerEngines engines) : ContainerSourceContract(engines, "docker");

public sealed class ContainerSourcePodmanTests(ContainerEngines engines) : ContainerSourceContract(engines, "podman");

/// <summary>What is the same for both engines.</summary>
public abstract class ContainerSourceContract : SourceContract
{
    private readonly ContainerEngine _engine;

    protected ContainerSourceContract(ContainerEngines engines, string name)
    {
        ContainerEngines.Require(name);
        _engine = engines.Get(name);
    }

    protected override bool IsRecreated => true;

    protected override string Configure(TestHome home) => _engine.Configuration;
}
