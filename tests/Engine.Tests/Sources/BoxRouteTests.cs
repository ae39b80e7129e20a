using CrCache.Copying;
using CrCache.Routes;

namespace CrCache.Sources;

public sealed class BoxRouteTests : RouteContract, IClassFixture<BoxLab>
{
    private readonly BoxLab _lab;

    public BoxRouteTests(BoxLab lab)
    {
        BoxLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => [_lab.Route];

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

    [Fact]
    public async Task Once_its_holder_has_ended_a_command_says_so_and_fails()
    {
        using BoxLab lab = new([]);
        (await ProcessRun.RunAsync(["kill", "-9", $"{lab.Holder}"])).Success();
        await Eventually.True(() => !Directory.Exists($"/proc/{lab.Holder}"));

        var finished = await lab.ShellAsync("true");

        Assert.Equal((125, $"crcache: lab-0 is gone: process {lab.Holder}, which held it, has ended\n"), (finished.ExitCode, finished.Error));
    }

    private async Task<(int, int?, string)> EndAsync(string script) =>
        await _lab.ShellAsync(script) is var finished ? (finished.ExitCode, finished.Signal, finished.Error) : default;
}

public sealed class NestedBoxRouteTests : RouteContract, IClassFixture<NestedBoxLab>
{
    private readonly NestedBoxLab _lab;

    public NestedBoxRouteTests(NestedBoxLab lab)
    {
        BoxLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => _lab.Steps;

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);

    [Fact]
    public async Task Nobody_is_let_in_before_its_holder_is_where_it_stays()
    {
        UserLab.Require();
        using TemporaryDirectory tools = new();
        File.SetUnixFileMode(tools.Path, (UnixFileMode)0b111_101_101);
        var slow = tools.Write("unshare", $"#!/bin/sh\ncase \"$*\" in *--map-user*) sleep 0.5 ;; esac\nexec {Requirement.PathOf("unshare")} \"$@\"\n");
        File.SetUnixFileMode(slow, (UnixFileMode)0b111_101_101);
        using NestedBoxLab lab = new(tools.Path);

        var finished = await lab.ShellAsync("id -un");

        Assert.Equal(($"{UserLab.Route.User}\n", ""), (finished.Output, finished.Error));
    }
}

public sealed class BoxUserRouteTests : RouteContract, IClassFixture<BoxLab>
{
    private readonly BoxLab _lab;

    public BoxUserRouteTests(BoxLab lab)
    {
        BoxLab.Require();
        UserLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => [_lab.Route with { User = UserLab.Route.User, Environment = UserLab.Route.Environment }];

    internal override int ProcessHere(int process) => _lab.ProcessHere(process);
}

public sealed class BoxCopyTests : CopyContract, IClassFixture<BoxLab>
{
    private readonly BoxLab _lab;

    public BoxCopyTests(BoxLab lab)
    {
        BoxLab.Require();
        _lab = lab;
    }

    internal override Route Route => _lab.Route;

    internal override int Tries => 3;
}

public sealed class BoxInBoxRouteTests : RouteContract, IClassFixture<BoxInBoxLab>
{
    private readonly BoxInBoxLab _lab;

    public BoxInBoxRouteTests(BoxInBoxLab lab)
    {
        BoxLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => _lab.Inner.Steps;

    internal override int ProcessHere(int process) => _lab.Inner.ProcessHere(process);
}

public sealed class BoxInChrootRouteTests : RouteContract, IClassFixture<BoxInChrootLab>
{
    private readonly BoxInChrootLab _lab;

    public BoxInChrootRouteTests(BoxInChrootLab lab)
    {
        ChrootLab.Require();
        BoxLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => _lab.Inner.Steps;

    internal override int ProcessHere(int process) => _lab.Inner.ProcessHere(process);

    [Fact]
    public async Task Its_root_is_the_chroots()
    {
        await _lab.Outer.ShellAsync("echo chroot >/of-the-chroot");

        Assert.Equal("chroot\n", (await _lab.Inner.ShellAsync("cat /of-the-chroot")).Output);
        Assert.False(File.Exists("/of-the-chroot"));
    }
}

public sealed class BoxOverSshRouteTests : RouteContract, IClassFixture<BoxOverSshLab>
{
    private readonly BoxOverSshLab _lab;

    public BoxOverSshRouteTests(BoxOverSshLab lab)
    {
        BoxLab.Require();
        SshLab.Require();
        _lab = lab;
    }

    internal override IReadOnlyList<Route> Steps => _lab.Box!.Steps;

    internal override string? SshConfiguration => _lab.Ssh.Server!.Configuration;

    internal override int Tries => 4;

    internal override int ProcessHere(int process) => _lab.Box!.ProcessHere(process);
}
