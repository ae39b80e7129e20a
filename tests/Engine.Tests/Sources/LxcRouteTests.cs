using CrCache.Copying;
using CrCache.Routes;

namespace CrCache.Sources;

public sealed class LxcRouteTests : RouteContract, IClassFixture<LxcLab>
{
    private readonly LxcLab _lab;

    public LxcRouteTests(LxcLab lab)
    {
        LxcLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => [_lab.Route];

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Death_by_any_signal_is_told(int signal) =>
        Assert.Equal((128 + signal, signal, ""), await EndAsync($"ulimit -c 0; kill -{signal} $$"));

    [Fact]
    public async Task A_code_that_looks_like_a_signals_is_a_code() => Assert.Equal((143, null, ""), await EndAsync("exit 143"));

    [Fact]
    public async Task A_command_has_an_environment_of_its_own()
    {
        var finished = await _lab.ShellAsync("env | grep -v -e ^_= -e ^SHLVL= -e ^TERM= -e ^CRCACHE_ | sort");

        Assert.Equal(
            "HOME=/root\nLOGNAME=root\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\nSHELL=/bin/sh\nUSER=root\ncontainer=lxc\n",
            finished.Output);
    }

    private async Task<(int, int?, string)> EndAsync(string script) =>
        await _lab.ShellAsync(script) is var finished ? (finished.ExitCode, finished.Signal, finished.Error) : default;
}

/// <summary>As another user of the container, who has no rights there.</summary>
public sealed class LxcUserLab() : LxcLab(new() { ["user"] = "test" });

public sealed class LxcUserRouteTests : RouteContract, IClassFixture<LxcUserLab>
{
    private readonly LxcUserLab _lab;

    public LxcUserRouteTests(LxcUserLab lab)
    {
        LxcLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => [_lab.Route];

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);

    [Fact]
    public async Task It_is_that_user_with_his_groups_and_nothing_more() =>
        Assert.Equal("uid=1000(test) gid=1000(test) groups=50(staff),1000(test)\n/home/test\n", (await _lab.ShellAsync("id; echo $HOME")).Output);
}

public sealed class LxcOverSshRouteTests : SshRouteContract, IClassFixture<LxcOverSshLab>
{
    private readonly LxcLab _lab;

    public LxcOverSshRouteTests(SshLab ssh, LxcOverSshLab lab)
        : base(ssh)
    {
        LxcLab.Require();
        _lab = lab.Of(ssh);
    }

    internal override IReadOnlyList<Route> Steps => [.. _lab.Below, _lab.Route];

    internal override int Tries => 2;

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);
}

/// <summary>With the tests' own directories in it.</summary>
public sealed class LxcCopyLab() : LxcLab(new() { ["import"] = $"bind:{Path.GetTempPath().TrimEnd('/')}:{Path.GetTempPath().TrimEnd('/')}" });

public sealed class LxcCopyTests : CopyContract, IClassFixture<LxcCopyLab>
{
    private readonly LxcCopyLab _lab;

    public LxcCopyTests(LxcCopyLab lab)
    {
        LxcLab.Require();
        _lab = lab;
    }

    internal override Route Route => _lab.Route with { Prefix = ["no-such-program"] };
}

/// <summary>By commands in it, as for a user of its own.</summary>
public sealed class LxcFarCopyTests : CopyContract, IClassFixture<LxcCopyLab>
{
    private readonly LxcCopyLab _lab;

    public LxcFarCopyTests(LxcCopyLab lab)
    {
        LxcLab.Require();
        _lab = lab;
    }

    internal override Route Route => _lab.Route with { BaseProcessFile = null };

    internal override int Tries => 2;

    // The container's tools are busybox's.
    internal override bool KeepsTimes => false;
}
