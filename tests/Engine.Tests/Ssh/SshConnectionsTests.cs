using System.Net;
using System.Net.Sockets;
using CrCache.Routes;
using CrCache.Ssh;

namespace CrCache.Engine.Tests.Ssh;

/// <summary>Connections that many share.</summary>
public sealed class SshConnectionsTests
{
    public SshConnectionsTests() => SshLab.Require();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_at_once_on_a_server_with_one_session_have_a_connection_each()
    {
        using var server = await SshServer.StartAsync(new() { Lines = ["MaxSessions 1"] });
        for (var round = 0; round < 5; round++)
        {
            await using var connections = Connections();
            await (await connections.StartAsync(Call(server), Token)).DisposeAsync();
            using Barrier together = new(6);

            var ends = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
                async () =>
                {
                    together.SignalAndWait(Token);
                    await using var command = await connections.StartAsync(Call(server), Token);
                    return await command.Ended;
                },
                Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

            Assert.All(ends, e => Assert.Equal(0, e.ExitCode));
        }
    }

    [Fact]
    public async Task A_server_that_opens_no_session_says_so()
    {
        using var server = await SshServer.StartAsync(new() { Lines = ["MaxSessions 0"] });
        await using var connections = Connections();

        var refused = await Assert.ThrowsAsync<SshFailure>(() => connections.StartAsync(Call(server), Token));

        Assert.Contains("opens no session", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_that_ask_for_a_host_that_does_not_answer_wait_for_it_together()
    {
        using Socket silent = new(SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        using var server = await SshServer.StartAsync();
        await using var connections = Connections();
        var call = Call(server, new(SshServer.Host, ((IPEndPoint)silent.LocalEndPoint!).Port) { ConnectTimeout = TimeSpan.FromSeconds(3) });

        var failures = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Assert.ThrowsAsync<SshFailure>(() => connections.StartAsync(call, Token))));

        Assert.All(failures, f => Assert.Contains("has not answered within 3 s", f.Message, StringComparison.Ordinal));
        Assert.Equal(1, Waiting(silent));
    }

    [Fact]
    public async Task A_host_that_did_not_answer_is_tried_by_who_asks_later()
    {
        using var server = await SshServer.StartAsync();
        await server.CrashAsync();
        await using var connections = Connections();
        await Assert.ThrowsAsync<SshFailure>(() => connections.StartAsync(Call(server), Token));

        await server.RestartAsync();

        await using var command = await connections.StartAsync(Call(server), Token);
        Assert.Equal(0, (await command.Ended).ExitCode);
    }

    [Fact]
    public async Task A_connection_that_nobody_needs_is_ended_and_none_is_ended_under_a_command()
    {
        using var server = await SshServer.StartAsync();
        await using var connections = Connections();
        await using (var command = await connections.StartAsync(Call(server) with { Line = "sleep 3", Persist = TimeSpan.Zero }, Token))
        {
            Assert.Equal(new SshEnd(0, null, null), await command.Ended);
            Assert.Equal(1, connections.Count);
        }

        await Eventually.True(() => connections.Count == 0);
    }

    [Fact]
    public async Task Times_that_are_as_good_as_for_ever_are_no_error()
    {
        using var server = await SshServer.StartAsync();
        File.WriteAllText(server.Configuration, $"ServerAliveInterval 1000w\nConnectTimeout 1000w\n{File.ReadAllText(server.Configuration)}");
        await using var connections = Connections();

        await using (var command = await connections.StartAsync(Call(server) with { Persist = TimeSpan.FromDays(10_000) }, Token))
            Assert.Equal(0, (await command.Ended).ExitCode);

        await server.CrashAsync();
        await Eventually.True(() => connections.Count == 0);
    }

    private static SshConnections Connections() => new(new SshTargets(Environment.GetEnvironmentVariable).Of, TimeProvider.System);

    private static SshCall Call(SshServer server, SshEndpoint? host = null) => new([host ?? SshLab.Endpoint], server.Configuration, "true");

    private static int Waiting(Socket listener)
    {
        var count = 0;
        for (; listener.Poll(0, SelectMode.SelectRead); count++)
            listener.Accept().Dispose();
        return count;
    }
}
