namespace CrCache.Routes;

/// <summary>What goes wrong on the way is told apart from what a command does.</summary>
public sealed class RouteFailureTests(SshLab lab) : IClassFixture<SshLab>
{
    [Fact]
    public async Task A_host_that_nobody_answers_at_is_a_failure_of_the_way()
    {
        SshLab.Require();
        var failure = await FailAsync(new Route { Ssh = SshLab.Endpoint with { Port = 1 } });

        Assert.Contains("Connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_is_not_let_in_is_a_failure_of_the_way()
    {
        SshLab.Require();
        var failure = await FailAsync(new Route { Ssh = SshLab.Endpoint with { User = "nobody-of-this-name" } });

        Assert.Contains("Permission denied", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_whose_key_is_not_known_is_a_failure_of_the_way()
    {
        SshLab.Require();
        var failure = await FailAsync(new Route { Ssh = new("127.0.0.1", lab.Server!.Port) });

        Assert.Contains(" is not known: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bastion_that_cannot_be_reached_is_a_failure_of_the_way()
    {
        SshLab.Require();
        await FailAsync(new Route { Ssh = SshLab.Endpoint with { Port = 1 } }, new() { Ssh = SshLab.Endpoint });
    }

    [Theory]
    [InlineData("-oProxyCommand=touch /tmp/crcache-injected")]
    [InlineData("")]
    public async Task A_host_that_ssh_would_take_for_an_option_is_refused(string host) =>
        await Assert.ThrowsAsync<UsageException>(() => StartAsync([new() { Ssh = new(host) }], "true"));

    [Fact]
    public async Task A_connection_that_is_lost_is_a_failure_of_the_way_and_ends_the_command()
    {
        SshLab.Require();
        await using var running = await StartAsync([new() { Ssh = SshLab.Endpoint }], "echo $PPID $$; exec sleep 300");
        using StreamReader output = new(running.StandardOutput);
        var words = (await output.ReadLineAsync())!.Split(' ');
        var session = (await File.ReadAllTextAsync($"/proc/{words[0]}/stat")).Split(") ")[1].Split(' ')[1];

        (await ProcessRun.RunAsync(["kill", "-9", session])).Success();

        var failure = await Assert.ThrowsAsync<ResourceException>(() => running.WaitAsync(CancellationToken.None));
        Assert.Equal(ErrorCodes.RouteFailed, failure.Code);
        await Eventually.True(() => !Directory.Exists($"/proc/{words[1]}"));
    }

    [Fact]
    public async Task A_prefix_that_is_not_there_is_a_failure_of_the_way() => await FailAsync(new Route { Prefix = ["no-such-prefix"] });

    [Fact]
    public async Task A_user_that_is_not_there_is_a_failure_of_the_way()
    {
        UserLab.Require();
        var running = await StartAsync([new() { User = "nobody-of-this-name" }], "true");
        await using (running)
        {
            var failure = await Assert.ThrowsAsync<ResourceException>(() => running.WaitAsync(CancellationToken.None));
            Assert.Equal(ErrorCodes.RouteFailed, failure.Code);
            Assert.Contains("nobody-of-this-name", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_argument_beyond_what_linux_takes_ends_with_126_and_says_so()
    {
        ResolvedRoute route = new(new("lab-0", [new()]));

        var finished = await Finished.RunAsync(route, new() { Arguments = ["true", new string('x', 200_000)] });

        Assert.Equal(126, finished.ExitCode);
        Assert.Contains("too long", finished.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_reads_hold_no_threads()
    {
        ResolvedRoute route = new(new("lab-0", [new()]));
        var running = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ =>
            route.StartAsync(new() { Arguments = ["sleep", "300"] }, CancellationToken.None)));
        var reads = running.SelectMany(r => new[] { r.StandardOutput.ReadAsync(new byte[1]).AsTask(), r.StandardError.ReadAsync(new byte[1]).AsTask() }).ToArray();

        Assert.True(ThreadPool.ThreadCount < 100, $"{ThreadPool.ThreadCount} threads");

        foreach (var command in running)
            await command.StopAsync(TimeSpan.FromSeconds(5));
        Assert.All(await Task.WhenAll(reads), count => Assert.Equal(0, count));
        foreach (var command in running)
            await command.DisposeAsync();
    }

    private async Task<ResourceException> FailAsync(params Route[] steps)
    {
        var failure = await Assert.ThrowsAsync<ResourceException>(() => StartAsync(steps, "true"));
        Assert.Equal(ErrorCodes.RouteFailed, failure.Code);
        Assert.DoesNotContain('\n', failure.Message);
        return failure;
    }

    private Task<RunningCommand> StartAsync(Route[] steps, string script)
    {
        ResolvedRoute route = new(new("lab-0", steps)) { Ssh = SshLab.Ways(lab.Server?.Configuration) };
        return route.StartAsync(new() { Arguments = ["sh", "-c", script] }, CancellationToken.None);
    }
}
