using CrCache.Routes;

namespace CrCache.Sources;

public sealed class DockerRouteTests : RouteContract, IClassFixture<DockerLab>
{
    private readonly DockerLab _lab;

    public DockerRouteTests(DockerLab lab)
    {
        ContainerEngines.Require("docker");
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => [_lab.Route];

    internal override int Tries => 4;

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);
}

public sealed class PodmanRouteTests : RouteContract, IClassFixture<PodmanLab>
{
    private readonly PodmanLab _lab;

    public PodmanRouteTests(PodmanLab lab)
    {
        ContainerEngines.Require("podman");
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => [_lab.Route];

    internal override int Tries => 4;

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);
}
