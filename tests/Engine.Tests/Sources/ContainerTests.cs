using CrCache.Copying;
using CrCache.Leasing;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>What containers are besides a source and a route like any other.</summary>
public sealed class ContainerTests : IDisposable
{
    private readonly EngineFixture _fixture = new();
    private readonly ContainerEngines _engines;

    public ContainerTests(ContainerEngines engines)
    {
        ContainerEngines.Require("docker");
        _engines = engines;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ContainerEngine Docker => _engines.Get("docker");

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_reset_makes_it_anew_or_runs_a_command()
    {
        using ContainerLab anew = new(_engines, "docker");
        using ContainerLab command = new(_engines, "docker", "reset=command", "reset_command=rm /tmp/x");
        await anew.ShellAsync("touch /tmp/x; setsid sleep 300 </dev/null >/dev/null 2>&1 &");
        await command.ShellAsync("touch /tmp/x /tmp/y");

        await anew.ResetAsync();
        await command.ResetAsync();

        Assert.Equal("", (await anew.ShellAsync("ls /tmp; pgrep -f 'sleep 300'")).Output);
        Assert.Equal("y\n", (await command.ShellAsync("ls /tmp")).Output);
        var error = await Assert.ThrowsAsync<ResourceException>(command.ResetAsync);
        Assert.StartsWith("lab-0 could not be reset: reset_command: rm: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task A_reset_goes_back_to_a_snapshot_whose_image_is_discarded_with_it(string name)
    {
        ContainerEngines.Require(name);
        using TemporaryDirectory directory = new();
        directory.Write("copied/file", "old");
        using ContainerLab lab = new(_engines, name, "reset=snapshot", "pull=missing", $"import=rsync:{directory.Combine("copied")}:/opt/copied");
        await lab.ShellAsync("touch /tmp/bare");
        await lab.ResetAsync();
        Assert.Equal("", (await lab.ShellAsync("ls /tmp")).Output);
        await lab.ShellAsync("echo hook >/tmp/hook; echo new >/opt/copied/file; rm /etc/group; setsid sleep 300 </dev/null >/dev/null 2>&1 &");

        await lab.SnapshotAsync();

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("hook\nnew\n", (await lab.ShellAsync("ls /tmp; cat /opt/copied/file; ls /etc/group 2>/dev/null; pgrep -f 'sleep 300'")).Output);
            await lab.ShellAsync("touch /tmp/mine; rm /tmp/hook");
            await lab.ResetAsync();
        }

        // What somebody keeps of it is his own.
        await lab.Engine!.AskAsync("commit", lab.Called, "kept:1");
        await lab.DiscardAsync();
        Assert.Equal("", await lab.Engine.AskAsync("images", "-q", "--filter", "reference=*crcache:*"));
        Assert.NotEqual("", await lab.Engine.AskAsync("images", "-q", "kept:1"));
        await lab.Engine.AskAsync("rmi", "kept:1");
        Assert.Equal("", await lab.Engine.AskAsync("images", "-aq", "--filter", $"label={ContainerScripts.ResourceLabel}=lab-0"));
    }

    [Fact]
    public async Task Options_user_directory_and_imports_are_as_they_were_written()
    {
        using TemporaryDirectory directory = new();
        directory.Write("shared/file", "shared");
        directory.Write("copied/in/file", "copied");
        using ContainerLab lab = new(
            _engines, "docker", "options=--env \"A=b  c\" --memory 64m --hostname 'lab'", "user=test", "cwd=/tmp",
            $"import=bind:{directory.Combine("shared")}:/shared:ro rsync:{directory.Combine("copied")}:/opt/copied");

        var finished = await lab.ShellAsync("echo \"$A\"; id -un; pwd; hostname; cat /shared/file /opt/copied/in/file; touch /shared/x 2>/dev/null || echo no");

        Assert.Equal(("b  c\ntest\n/tmp\nlab\nsharedcopiedno\n", ""), (finished.Output, finished.Error));
        Assert.Equal("67108864\n", await Docker.AskAsync("inspect", "-f", "{{.HostConfig.Memory}}", lab.Id));
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task Roots_files_are_copied_directly_also_when_it_was_made_anew_and_those_of_others_are_not(string name)
    {
        ContainerEngines.Require(name);
        using TemporaryDirectory directory = new();
        directory.Write("file", "content");
        using ContainerLab root = new(_engines, name, "copy=reflink");
        using ContainerLab user = new(_engines, name, "user=test");
        using ContainerLab started = new(_engines, name, "options=--user 1000");
        Assert.Equal((CopyMode.Reflink, null, null), (root.Route.CopyMode, user.Route.BaseDirectory, started.Route.BaseDirectory));
        var before = root.Route;

        await root.ResetAsync();
        await CopyAsync(root.Route with { Prefix = ["no-such-program"] });
        await CopyAsync(user.Route);

        Assert.Equal("content", (await root.ShellAsync("cat /tmp/new")).Output);
        Assert.Equal("test\n", (await user.ShellAsync("stat -c %U /tmp/new")).Output);
        await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(before with { Prefix = ["no-such-program"] }));

        Task CopyAsync(Route route) => new FileCopier(new RouteResolver(r => new(r.Name, [route]))).CopyAsync([new(null, directory.Combine("file"))], new(new("r"), "/tmp/new"), Token);
    }

    [Fact]
    public async Task Signals_reach_the_command_of_another_user()
    {
        using ContainerLab lab = new(_engines, "docker", "user=test");
        await using var running = await new CrCache.Routes.ResolvedRoute(new("lab-0", [lab.Route])).StartAsync(
            new() { Arguments = ["sh", "-c", "trap 'exit 7' HUP; echo ready; while :; do sleep 0.1; done"] }, Token);
        using StreamReader output = new(running.StandardOutput);
        Assert.Equal("ready", await output.ReadLineAsync(Token));

        running.Signal(1);

        Assert.Equal(7, (await running.WaitAsync(Token)).ExitCode);
    }

    [Fact]
    public async Task What_is_left_to_its_first_process_is_reaped()
    {
        using ContainerLab lab = new(_engines, "docker");

        await lab.ShellAsync("(sleep 0.01 &)");

        await Eventually.TrueAsync(async () => (await lab.ShellAsync("grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null")).Output.Length == 0);
    }

    [Fact]
    public async Task Nothing_of_it_is_left_and_anothers_is_not_touched()
    {
        using ContainerLab lab = new(_engines, "docker");
        await lab.DiscardAsync();
        await lab.DiscardAsync();
        Assert.Equal("", await Docker.AskAsync("ps", "-aq", "--filter", $"name={lab.Called}"));

        var other = (await Docker.AskAsync("create", "--name", lab.Called, "--network", "none", ContainerEngine.Image, "true")).Trim();
        var error = await Assert.ThrowsAsync<ResourceException>(lab.ResetAsync);
        Assert.Contains("is already in use", error.Message, StringComparison.Ordinal);
        await lab.DiscardAsync();

        Assert.StartsWith(other[..12], await Docker.AskAsync("ps", "-aq", "--filter", $"name={lab.Called}"), StringComparison.Ordinal);
        await Docker.AskAsync("rm", other);
    }

    [Fact]
    public async Task One_that_was_stopped_says_so_and_is_found_out_and_made_anew()
    {
        _fixture.Home.AddSource("s", $"{Docker.Configuration}\nmaximum=1\nreserve=1");
        await _fixture.Acquire("s");
        var id = (await Docker.AskAsync("ps", "-q", "--filter", $"label={ContainerScripts.ResourceLabel}=s-0", "--filter", $"label={ContainerScripts.StoreLabel}={Store()}")).Trim();
        await Docker.AskAsync("kill", id);
        Assert.Equal(125, (await _fixture.Engine.Commands.RunAsync(new("s-0"), new() { Arguments = ["true"] }, Token)).ExitCode);
        await _fixture.Release("s-0");
        await _fixture.Acquire("s");
        await _fixture.Release("s-0");
        await Docker.AskAsync("kill", (await Docker.AskAsync("ps", "-q", "--filter", $"label={ContainerScripts.StoreLabel}={Store()}")).Trim());
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));

        await _fixture.Acquire("s");

        Assert.Equal(0, (await _fixture.Engine.Commands.RunAsync(new("s-0"), new() { Arguments = ["true"] }, Token)).ExitCode);
        _fixture.Home.AddSource("s", $"{Docker.Configuration}\nmaximum=1");
        await _fixture.Release("s-0");
        Assert.Equal("", await Docker.AskAsync("ps", "-aq", "--filter", $"label={ContainerScripts.StoreLabel}={Store()}"));
    }

    [Fact]
    public async Task It_is_made_on_a_host_behind_ssh()
    {
        CrCache.Routes.SshLab.Require();
        using var server = await SshServer.StartAsync();
        _fixture.Home.Environment["CRCACHE_SSH_CONFIG"] = server.Configuration;
        _fixture.Home.AddSource("far", $"type=ssh\nssh_host={SshServer.Host}\nmaximum=1");
        _fixture.Home.AddSource("s", $"{Docker.Configuration}\nbase=far\nmaximum=1\ndirectory={_fixture.Home.Combine("far")}");
        await _fixture.Acquire("s");

        await using (var running = await _fixture.Engine.Commands.StartAsync(new("s-0"), new() { Arguments = ["sh", "-c", "cat; exit 9"] }, Token))
        {
            await running.StandardInput.WriteAsync("over there"u8.ToArray(), Token);
            running.StandardInput.Close();
            using StreamReader output = new(running.StandardOutput);
            Assert.Equal("over there", await output.ReadToEndAsync(Token));
            Assert.Equal(9, (await running.WaitAsync(Token)).ExitCode);
        }

        await _fixture.Release("s-0");
        Assert.Equal("", await Docker.AskAsync("ps", "-aq", "--filter", $"label={ContainerScripts.StoreLabel}={Store()}"));
    }

    [Theory]
    [InlineData("image=nosuch:1", "nosuch:1")]
    [InlineData("host=/no/such/socket", "/no/such/socket")]
    [InlineData("cli=/no/such/docker", "is not installed there")]
    [InlineData("command=/no/such/program", "/no/such/program")]
    [InlineData("command=/bin/true", "its container has ended at once")]
    public async Task What_cannot_be_made_is_said_in_a_line_and_leaves_nothing(string line, string said)
    {
        var lines = Docker.Configuration.Split('\n').Where(l => l.Split('=')[0] != line.Split('=')[0] && !(line.StartsWith("host=", StringComparison.Ordinal) && l.StartsWith("cli=", StringComparison.Ordinal)));
        _fixture.Home.AddSource("s", $"{string.Join('\n', lines)}\n{line}");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));

        Assert.Equal(ErrorCodes.ProvisionFailed, error.Code);
        Assert.StartsWith("s-0 could not be made: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Theory]
    [InlineData("type=docker", "image")]
    [InlineData("type=docker\nimage=-x", "image")]
    [InlineData("type=docker\nimage=x\noptions=--name=mine", "options")]
    [InlineData("type=docker\nimage=x\noptions=memory 1g", "options")]
    [InlineData("type=docker\nimage=x\noptions=-v '/a", "options")]
    [InlineData("type=docker\nimage=x\npull=maybe", "pull")]
    [InlineData("type=docker\nimage=x\nuser=--privileged", "user")]
    [InlineData("type=docker\nimage=x\nnetwork=-x", "network")]
    [InlineData("type=docker\nimage=x\nhost=--x", "host")]
    [InlineData("type=docker\nimage=x\ncli=-x", "cli")]
    [InlineData("type=docker\nimage=x\ncwd=here", "cwd")]
    [InlineData("type=docker\nimage=x\ndirectory=/a/../b", "directory")]
    [InlineData("type=docker\nimage=x\ncopy=symlink", "copy")]
    [InlineData("type=docker\nimage=x\nimport=bind:/a:/b:overlay", "import")]
    [InlineData("type=podman\nimage=x\nreset=maybe", "reset")]
    public async Task What_cannot_be_is_refused_by_its_key(string lines, string key)
    {
        _fixture.Home.AddSource("s", lines);

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => _fixture.Acquire("s"));

        Assert.Contains($"{key}: ", error.Message, StringComparison.Ordinal);
    }

    private string Store() => new CrCache.Store.StateStore(() => _fixture.Home.StateDirectory, _fixture.Time).Read(t => t.Identity);
}
