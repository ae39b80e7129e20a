using CrCache.Copying;
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

/// <summary>With the tests' own directories in it, where no command is run.</summary>
public sealed class DockerCopyLab(ContainerEngines engines) : ContainerLab(engines, "docker", $"import=bind:{Path.GetTempPath().TrimEnd('/')}:{Path.GetTempPath().TrimEnd('/')}");

public sealed class DockerCopyTests : CopyContract, IClassFixture<DockerCopyLab>
{
    private readonly DockerCopyLab _lab;

    public DockerCopyTests(DockerCopyLab lab)
    {
        ContainerEngines.Require("docker");
        _lab = lab;
    }

    internal override Route Route => _lab.Route with { Prefix = ["no-such-program"] };
}

/// <summary>With the tests' own directories in it, where no command is run.</summary>
public sealed class PodmanCopyLab(ContainerEngines engines) : ContainerLab(engines, "podman", $"import=bind:{Path.GetTempPath().TrimEnd('/')}:{Path.GetTempPath().TrimEnd('/')}");

public sealed class PodmanCopyTests : CopyContract, IClassFixture<PodmanCopyLab>
{
    private readonly PodmanCopyLab _lab;

    public PodmanCopyTests(PodmanCopyLab lab)
    {
        ContainerEngines.Require("podman");
        _lab = lab;
    }

    internal override Route Route => _lab.Route with { Prefix = ["no-such-program"] };
}
