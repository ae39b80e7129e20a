using System.Globalization;

namespace CrCache.Routes;

/// <summary>A way that is lost, or a host that falls silent, while a command runs or starts: it is noticed, it is no end of the command's, nothing hangs.</summary>
public sealed class LostWayTests(SshLab lab, BastionLab bastion) : IClassFixture<SshLab>, IClassFixture<BastionLab>
{
    // The way is given up after some seconds of silence. Nothing here takes a minute but what hangs.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly SshServer _server = Started(lab);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_way_that_falls_silent_is_lost_and_the_command_ends_once_the_host_hears_of_it()
    {
        using Relay relay = new(_server);
        await using var running = await StartAsync(relay, "echo $$; exec sleep 300");
        var process = await FirstNumberAsync(running);

        relay.Silence();
        await AssertLostAsync(running.WaitAsync(Token));

        relay.Resume();
        await Eventually.True(() => !Directory.Exists($"/proc/{process}"));
    }

    [Fact]
    public async Task A_way_that_is_cut_in_the_middle_of_the_output_is_lost()
    {
        using Relay relay = new(_server);
        relay.CutAfter(1_000_000);
        await using var running = await StartAsync(relay, "cat /dev/zero");

        await running.StandardOutput.CopyToAsync(Stream.Null, Token).WaitAsync(Limit, Token);

        await AssertLostAsync(running.WaitAsync(Token));
    }

    [Fact]
    public async Task A_host_that_falls_silent_behind_its_bastion_is_lost()
    {
        BastionLab.Require();
        await using var running = await Route(bastion.Network!).StartAsync(Shell("echo $$; exec sleep 300"), Token);
        await FirstNumberAsync(running);

        await bastion.Network!.Network.DropAsync("inner1");
        try
        {
            await AssertLostAsync(running.WaitAsync(Token));
        }
        finally
        {
            await bastion.Network.Network.HealAsync("inner1");
        }

        Assert.Equal("back\n", (await Finished.RunAsync(Route(bastion.Network), Shell("echo back"))).Output);
    }

    [Fact]
    public async Task A_host_whose_link_is_down_cannot_be_reached()
    {
        BastionLab.Require();
        using SshNetwork network = await SshNetwork.StartAsync();
        await network.Network.CutAsync("inner1");

        await AssertLostAsync(Route(network).StartAsync(Shell("true"), Token));
    }

    [Fact]
    public async Task A_server_that_crashes_while_a_command_runs_is_a_failure_of_the_way()
    {
        using var server = await SshServer.StartAsync();
        await using var running = await Route(server).StartAsync(Shell("echo $$; exec sleep 300"), Token);
        var process = await FirstNumberAsync(running);

        await server.CrashAsync();

        await AssertLostAsync(running.WaitAsync(Token));
        await Eventually.True(() => !Directory.Exists($"/proc/{process}"));
    }

    [Fact]
    public async Task A_server_that_is_stopped_holds_up_nobody_who_gives_up()
    {
        using var server = await SshServer.StartAsync();
        await using var running = await Route(server).StartAsync(Shell("echo $$; exec sleep 300"), Token);
        await FirstNumberAsync(running);
        await server.FreezeAsync();
        using CancellationTokenSource limit = new();

        var waiting = running.WaitAsync(limit.Token);
        var starting = Route(server).StartAsync(Shell("true"), limit.Token);
        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Limit, Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting.WaitAsync(Limit, Token));
        await running.StopAsync(TimeSpan.FromMilliseconds(100)).WaitAsync(Limit, Token);
    }

    [Fact]
    public async Task A_server_that_is_stopped_cannot_be_reached()
    {
        using var server = await SshServer.StartAsync();
        await server.FreezeAsync();

        await AssertLostAsync(Route(server).StartAsync(Shell("true"), Token));
    }

    [Fact]
    public async Task A_way_that_is_slow_and_loses_packets_is_not_lost()
    {
        BastionLab.Require();
        using SshNetwork network = await SshNetwork.StartAsync();
        await network.Network.DropAsync("inner1", percent: 10);
        using Relay slow = new(_server) { Delay = TimeSpan.FromMilliseconds(150), BytesPerSecond = 50_000 };
        var route = new ResolvedRoute(new("lab-0", [new() { Ssh = new(SshServer.Host, slow.Port) }])) { Ssh = SshLab.Ways(_server.Configuration) };
        var input = new byte[100_000];
        new Random(1).NextBytes(input);

        foreach (var way in new[] { Route(network), route })
            Assert.Equal(input, (await Finished.RunAsync(way, new() { Arguments = ["cat"] }, input)).OutputBytes);
    }

    private static SshServer Started(SshLab lab)
    {
        SshLab.Require();
        return lab.Server!;
    }

    private static ResolvedRoute Route(SshServer server) =>
        new(new("lab-0", [new() { Ssh = SshLab.Endpoint }])) { Ssh = SshLab.Ways(server.Configuration) };

    private static ResolvedRoute Route(SshNetwork network) =>
        new(new("lab-0", [new() { Ssh = BastionLab.Bastion }, new() { Ssh = BastionLab.Inner }])) { Ssh = SshLab.Ways(network.Configuration) };

    private static ResourceCommand Shell(string script) => new() { Arguments = ["sh", "-c", script] };

    private static async Task<int> FirstNumberAsync(RunningCommand running)
    {
        using StreamReader output = new(running.StandardOutput, leaveOpen: true);
        return int.Parse((await output.ReadLineAsync(Token).AsTask().WaitAsync(Limit, Token))!, CultureInfo.InvariantCulture);
    }

    private static async Task AssertLostAsync(Task waiting)
    {
        var failure = await Assert.ThrowsAsync<ResourceException>(() => waiting.WaitAsync(Limit, Token));
        Assert.Equal(ErrorCodes.RouteFailed, failure.Code);
        Assert.StartsWith("lab-0 cannot be reached: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    private Task<RunningCommand> StartAsync(Relay relay, string script)
    {
        ResolvedRoute route = new(new("lab-0", [new() { Ssh = new(SshServer.Host, relay.Port) }])) { Ssh = SshLab.Ways(_server.Configuration) };
        return route.StartAsync(Shell(script), Token);
    }
}
