using CrCache.Copying;
using CrCache.Routes;

namespace CrCache.Sources;

public sealed class ChrootRouteTests : RouteContract, IClassFixture<ChrootLab>
{
    private readonly ChrootLab _lab;

    public ChrootRouteTests(ChrootLab lab)
    {
        ChrootLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => _lab.Steps;

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Death_by_any_signal_is_told(int signal) =>
        Assert.Equal((128 + signal, signal, ""), await EndAsync($"ulimit -c 0; kill -{signal} $$"));

    [Fact]
    public async Task A_code_that_looks_like_a_signals_is_a_code() => Assert.Equal((143, null, ""), await EndAsync("exit 143"));

    private async Task<(int, int?, string)> EndAsync(string script) =>
        await _lab.ShellAsync(script) is var finished ? (finished.ExitCode, finished.Signal, finished.Error) : default;
}

/// <summary>As another user: what sudo would be needed for elsewhere.</summary>
public sealed class ChrootUserRouteTests : RouteContract, IClassFixture<NobodysChrootLab>
{
    private readonly NobodysChrootLab _lab;

    public ChrootUserRouteTests(NobodysChrootLab lab)
    {
        ChrootLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => [_lab.Route with { Environment = new Dictionary<string, string> { ["SHELL"] = "/bin/sh" } }];

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);
}

public sealed class NobodysChrootLab() : ChrootLab(new() { ["user"] = "nobody" });

/// <summary>With the user's own words before the command.</summary>
public sealed class ChrootExecRouteTests : RouteContract, IClassFixture<ExecChrootLab>
{
    private readonly ExecChrootLab _lab;

    public ChrootExecRouteTests(ExecChrootLab lab)
    {
        ChrootLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => _lab.Steps;

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);
}

public sealed class ExecChrootLab() : ChrootLab(new() { ["exec"] = "chroot {path}" });

public sealed class ChrootOverSshRouteTests : RouteContract, IClassFixture<ChrootOverSshLab>
{
    private readonly ChrootOverSshLab _lab;

    public ChrootOverSshRouteTests(ChrootOverSshLab lab)
    {
        ChrootLab.Require();
        SshLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => _lab.Chroot!.Steps;

    internal override string? SshConfiguration => _lab.Chroot!.SshConfiguration;

    internal override int Tries => 4;

    internal override int ProcessHere(int process) => _lab.Chroot!.ProcessHere(process);
}

/// <summary>One on a host.</summary>
public sealed class ChrootOverSshLab : IAsyncLifetime
{
    private readonly SshLab _host = new();

    internal ChrootLab? Chroot { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        if (_host.Server is { } server)
            Chroot = new([], [new() { Ssh = SshLab.Endpoint }], server.Configuration);
    }

    public async ValueTask DisposeAsync()
    {
        Chroot?.Dispose();
        await _host.DisposeAsync();
    }
}

/// <summary>Its files as the base sees them, also what is imported.</summary>
public sealed class ChrootCopyTests : CopyContract, IClassFixture<SharingChrootLab>
{
    private readonly SharingChrootLab _lab;

    public ChrootCopyTests(SharingChrootLab lab)
    {
        ChrootLab.Require();
        _lab = lab;
    }

    internal override Route Route => _lab.Route;
}

public sealed class SharingChrootLab() : ChrootLab(new() { ["import"] = "bind:/tmp:/tmp" });
