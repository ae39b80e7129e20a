using System.Globalization;
using CrCache.Routes;

namespace CrCache.Leasing.Selecting;

/// <summary>The facts of real places: this machine with and without a process, and one behind ssh.</summary>
public sealed class FactProbeTests : IClassFixture<SshLab>, IDisposable
{
    private readonly SshLab _lab;
    private readonly TemporaryDirectory _directory = new();

    public FactProbeTests(SshLab lab) => _lab = lab;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task This_machine_says_the_same_with_a_process_and_without()
    {
        var asked = await AskAsync(new());
        var read = LocalFacts.Read(new HostEnvironment(new EngineOptions()));

        Assert.Equal(["arch", "cores", "distro", "distroversion", "dotnet", "kernel", "memory", "os"], asked.Names.Union(["distro", "distroversion"]).Order());
        Assert.Equal("linux", asked["os"]);

        // The runtime honours a cgroup's quota, and nproc does not.
        Assert.True(int.Parse(asked["cores"]!, CultureInfo.InvariantCulture) > 0);
        Assert.Equal(Environment.ProcessorCount, int.Parse(read["cores"]!, CultureInfo.InvariantCulture));
        Facts cores = new([KeyValuePair.Create("cores", "")]);
        Assert.Equal(asked.With(cores), read.With(cores));
        Assert.True(Condition.Parse("os=linux && cores>=1 && memory>64M && dotnet>=10 && kernel>=3").Holds(read));
    }

    [Fact]
    public async Task A_host_behind_ssh_says_its_facts()
    {
        SshLab.Require();

        var asked = await AskAsync(new() { Ssh = SshLab.Endpoint });

        var here = await AskAsync(new());
        Assert.True(Condition.Parse("cores>=1").Holds(asked));
        Assert.All(["os", "arch", "kernel", "memory", "distro", "distroversion"], n => Assert.Equal(here[n], asked[n]));
    }

    [Fact]
    public async Task Without_any_tool_what_the_shell_can_read_is_left()
    {
        var asked = await AskAsync(new()
        {
            Prefix = ["/usr/bin/env", "-i", $"PATH={_directory.Path}", "DOTNET_ROOT=/nowhere", "/bin/sh", "-c", """shift; exec /bin/sh "$@" """, "sh"],
        });

        Assert.Null(asked["os"]);
        Assert.Null(asked["cores"]);
        Assert.Equal((await AskAsync(new()))["memory"], asked["memory"]);
    }

    [Fact]
    public async Task Without_a_shell_nothing_is_known() =>
        Assert.Equal(Facts.None, await AskAsync(new() { Prefix = ["/usr/bin/env", "-i", $"PATH={_directory.Path}"] }));

    [Fact]
    public async Task A_chosen_dotnet_says_its_newest_runtime()
    {
        foreach (var version in new[] { "9.0.11", "77.0.9", "77.0.10-rc.1", "77.0.10" })
            Directory.CreateDirectory(_directory.Combine($"shared/Microsoft.NETCore.App/{version}"));
        _directory.Write("dotnet", """
            #!/bin/sh
            [ "$*" = --list-runtimes ] || exit 1
            echo "Microsoft.AspNetCore.App 99.0.0 [/a b]"
            for v in 9.0.11 77.0.10 77.0.10-rc.1 77.0.9; do echo "Microsoft.NETCore.App $v [/a b]"; done
            """);
        File.SetUnixFileMode(_directory.Combine("dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string> { ["DOTNET_ROOT"] = _directory.Path };

        Assert.Equal("77.0.10", (await AskAsync(new() { Environment = environment }))["dotnet"]);
        Assert.Equal("77.0.10", LocalFacts.Read(new HostEnvironment(new EngineOptions { Environment = environment }))["dotnet"]);
    }

    [Fact]
    public async Task A_way_that_fails_is_an_error()
    {
        SshLab.Require();

        await Assert.ThrowsAsync<ResourceException>(() => AskAsync(new() { Ssh = new("crcache-lab", Port: 1) }));
    }

    [Fact]
    public void Lines_that_are_no_facts_are_passed_over()
    {
        var facts = FactProbe.Parse(
        [
            "Welcome!", "", "crcache-fact", "crcache-fact ", "crcache-fact os Linux", "crcache-fact kernel", "crcache-fact secret x",
            "crcache-fact cores many", "crcache-fact memory MemTotal: 1 MB", "crcache-fact memory MemTotal:       2048 kB",
            "crcache-fact release ID=\"debian\"", "crcache-fact release VERSION_ID='12'", "crcache-fact release NAME=x",
            "crcache-fact runtime abc", $"crcache-fact arch {new string('x', 500)}",
        ]);

        Assert.Equal("""{"distro":"debian","distroversion":"12","memory":"2097152","os":"linux"}""", facts.Stored);
    }

    [Fact]
    public void Only_a_route_with_nothing_between_is_here()
    {
        Assert.True(FactProbe.IsHere(new() { WorkingDirectory = "/tmp" }));
        Assert.False(FactProbe.IsHere(new() { User = "u" }));
        Assert.False(FactProbe.IsHere(new() { Prefix = ["env"] }));
        Assert.False(FactProbe.IsHere(new() { Via = "x-0" }));
        Assert.False(FactProbe.IsHere(new() { Ssh = SshLab.Endpoint }));
    }

    private Task<Facts> AskAsync(Route route) => FactProbe.AskAsync(
        new ResolvedRoute(new("lab-0", [route])) { Ssh = SshLab.Ways(_lab.Server?.Configuration) }.StartAsync, Token);
}
