namespace CrCache.Sources;

/// <summary>A user, directory or way in that is not there is said when a resource is made, with where it is set.</summary>
public sealed class WayInTests(ContainerEngines engines) : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("chroot", "user=nosuchuser", "user: lab-0 has no user 'nosuchuser' in its /etc/passwd")]
    [InlineData("chroot", "cwd=/no/such", "cwd: there is no directory '/no/such' in it")]
    [InlineData("chroot", "exec=/no/such/chroot {path}", "exec: ")]
    [InlineData("lxc", "user=nosuchuser", "user: lab-0 has no user 'nosuchuser'")]
    [InlineData("lxc", "cwd=/no/such", "cwd: there is no directory '/no/such' in it")]
    [InlineData("docker", "user=nosuchuser", "user: ")]
    [InlineData("docker", "cwd=/no/such", "cwd: there is no directory '/no/such' in it")]
    [InlineData("box", "cwd=/no/such", "cwd: there is no directory '/no/such'")]
    [InlineData("box", "user=nosuchuser", "user: there is no user 'nosuchuser' on this machine")]
    [InlineData("local", "cwd=/no/such", "cwd: there is no directory '/no/such'")]
    public async Task It_is_told_by_file_and_line_and_nothing_is_left(string type, string setting, string said)
    {
        using var container = type == "lxc" ? Lxc() : null;
        var lines = type switch
        {
            "chroot" => Chroot(),
            "lxc" => container!.Settings,
            "docker" => Docker(),
            "box" => Box(),
            _ => "type=local",
        };
        _fixture.Home.AddSource("lab", $"{lines}\n{setting}");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("lab"));

        Assert.StartsWith($"lab-0 could not be made: {said}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal((ErrorCodes.ProvisionFailed, setting), (error.Code, File.ReadAllLines(error.Location!.Value.File)[error.Location.Value.Line - 1]));
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task Doctor_asks_the_engine_of_containers()
    {
        ContainerEngines.Require("docker");
        var docker = engines.Get("docker");
        _fixture.Home.AddSource("up", docker.Configuration);
        _fixture.Home.AddSource("down", $"type=docker\nimage=x\ncli=sh -c 'echo no daemon here >&2; exit 1'");

        var findings = await _fixture.Engine.Doctor.ExamineAsync(TestContext.Current.CancellationToken);

        Assert.True(findings.Single(f => f.Subject == "source up").Works);
        var down = findings.Single(f => f.Subject == "source down");
        Assert.Equal((false, true), (down.Works, down.Detail.EndsWith("docker does not answer: no daemon here", StringComparison.Ordinal)));
    }

    private static LxcBase Lxc()
    {
        LxcLab.Require();
        return new();
    }

    private static string Chroot()
    {
        ChrootLab.Require();
        return $"type=chroot\ntree={BusyboxRoot.Path}";
    }

    private static string Box()
    {
        BoxLab.Require();
        return "type=box";
    }

    private string Docker()
    {
        ContainerEngines.Require("docker");
        return engines.Get("docker").Configuration;
    }
}
