using System.Diagnostics;
using CrCache.Routes;

namespace CrCache.Lab;

public sealed class RelayTests : IAsyncLifetime
{
    private SshServer? _server;

    public RelayTests() => SshLab.Require();

    public async ValueTask InitializeAsync() => _server = await SshServer.StartAsync();

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Everything_arrives_on_a_slow_way_but_not_soon()
    {
        using Relay slow = new(_server!) { BytesPerSecond = 100_000, Delay = TimeSpan.FromMilliseconds(20) };
        var start = Stopwatch.GetTimestamp();

        var run = await ProcessRun.RunAsync(Ssh(slow, "head -c 100000 /dev/zero"));

        Assert.Equal(100_000, run.Success().OutputBytes.Length);
        // The way makes it so, whatever the machine does besides: it cannot be shorter.
        Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_way_that_falls_silent_goes_on_where_it_was()
    {
        using Relay relay = new(_server!);
        using var run = ProcessRun.Start(Ssh(relay, "cat"), keepInputOpen: true);
        await run.Input.WriteAsync("one\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await run.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Eventually.True(() => run.OutputSoFar == "one\n");

        relay.Silence();
        await run.Input.WriteAsync("two\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await run.Input.FlushAsync(TestContext.Current.CancellationToken);
        var late = await ProcessRun.RunAsync(Ssh(relay, "true", "-o", "ConnectTimeout=1"));
        Assert.Equal((255, "one\n"), (late.ExitCode, run.OutputSoFar));

        relay.Resume();
        await Eventually.True(() => run.OutputSoFar == "one\ntwo\n");
        run.Input.Close();
        Assert.Equal(0, (await run.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_way_can_be_cut_in_the_middle_of_what_it_carries()
    {
        using Relay relay = new(_server!);
        relay.CutAfter(1_000_000);

        var run = await ProcessRun.RunAsync(Ssh(relay, "head -c 10000000 /dev/zero"));

        Assert.Equal(255, run.ExitCode);
        Assert.InRange(run.OutputBytes.Length, 0, 1_000_000);
        (await ProcessRun.RunAsync(Ssh(relay, "true"))).Success();
        Assert.Equal(2, relay.Connections);
    }

    private string[] Ssh(Relay relay, string command, params string[] options) =>
        SshServerTests.Ssh(_server!.Configuration, SshServer.Host, ["-p", $"{relay.Port}", .. options], command);
}
