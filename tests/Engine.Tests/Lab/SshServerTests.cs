using CrCache.Routes;

namespace CrCache.Lab;

/// <summary>The lab's servers are what the tests take them for: seen by the ssh program itself.</summary>
public sealed class SshServerTests
{
    public SshServerTests() => SshLab.Require();

    [Fact]
    public async Task Each_server_of_a_farm_has_an_address_and_a_key_of_its_own()
    {
        using var farm = await SshFarm.StartAsync(3);

        foreach (var server in farm.Servers)
        {
            var run = await SshAsync(farm.Configuration, server.Name, "echo $SSH_CONNECTION");
            Assert.Equal($"{server.Address} {server.Port}", string.Join(' ', run.Success().Output.Trim().Split(' ')[2..]));
        }

        Assert.Equal(3, farm.Servers.Select(s => s.Key).Distinct().Count());
    }

    [Fact]
    public async Task A_server_with_a_limit_of_sessions_refuses_the_third_on_a_connection()
    {
        using var server = await SshServer.StartAsync(new() { Lines = ["MaxSessions 2"] });
        using var directory = new TemporaryDirectory();
        string[] shared = ["-o", $"ControlPath={directory.Combine("master")}"];
        using var master = ProcessRun.Start(Ssh(server.Configuration, SshServer.Host, [.. shared, "-o", "ControlMaster=yes"], "echo; cat"), keepInputOpen: true);
        await Eventually.True(() => master.OutputSoFar.Length > 0);
        using var second = ProcessRun.Start(Ssh(server.Configuration, SshServer.Host, shared, "echo; cat"), keepInputOpen: true);
        await Eventually.True(() => second.OutputSoFar.Length > 0);

        var third = await ProcessRun.RunAsync(Ssh(server.Configuration, SshServer.Host, [.. shared, "-v"], "true"));

        Assert.Contains("Session open refused by peer", third.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_a_limit_of_newcomers_turns_some_away()
    {
        using var server = await SshServer.StartAsync(new() { Lines = ["MaxStartups 3"] });
        using var relay = new Relay(server) { Delay = TimeSpan.FromMilliseconds(200) };

        // On a slow way many are on the doorstep at once.
        var runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            ProcessRun.RunAsync(Ssh(server.Configuration, SshServer.Host, ["-p", $"{relay.Port}"], "true"))));

        Assert.Contains(runs, r => r.ExitCode == 0);
        Assert.Contains(runs, r => r.ExitCode == 255);
    }

    [Fact]
    public async Task A_server_that_starts_anew_with_another_key_is_not_trusted()
    {
        using var server = await SshServer.StartAsync();
        (await SshAsync(server.Configuration, SshServer.Host, "true")).Success();
        var before = await server.FingerprintAsync();

        await server.RestartAsync(newKey: true);
        var run = await SshAsync(server.Configuration, SshServer.Host, "true");

        Assert.NotEqual(before, await server.FingerprintAsync());
        Assert.Equal(255, run.ExitCode);
        Assert.Contains(await server.FingerprintAsync(), run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frozen_server_does_not_answer_until_it_is_thawed()
    {
        using var server = await SshServer.StartAsync();
        using var run = ProcessRun.Start(Ssh(server.Configuration, SshServer.Host, [], "cat"), keepInputOpen: true);
        await SendAsync(run, "one\n");
        await Eventually.True(() => run.OutputSoFar == "one\n");

        await server.FreezeAsync();
        var refused = await ProcessRun.RunAsync(Ssh(server.Configuration, SshServer.Host, ["-o", "ConnectTimeout=1"], "true"));
        await SendAsync(run, "two\n");
        Assert.Equal(255, refused.ExitCode);
        Assert.Equal("one\n", run.OutputSoFar);

        await server.ThawAsync();
        await Eventually.True(() => run.OutputSoFar == "one\ntwo\n");
    }

    [Fact]
    public async Task A_server_that_crashes_takes_its_connections_with_it_and_comes_back()
    {
        using var server = await SshServer.StartAsync();
        using var run = ProcessRun.Start(Ssh(server.Configuration, SshServer.Host, [], "echo; cat"), keepInputOpen: true);
        await Eventually.True(() => run.OutputSoFar.Length > 0);

        await server.CrashAsync();

        Assert.Equal(255, (await run.WaitAsync()).ExitCode);
        Assert.Equal(255, (await SshAsync(server.Configuration, SshServer.Host, "true")).ExitCode);
        await server.RestartAsync();
        (await SshAsync(server.Configuration, SshServer.Host, "true")).Success();
    }

    [Fact]
    public async Task Nothing_is_left_of_a_server_whose_test_process_was_killed_even_where_it_was_frozen()
    {
        using var server = await SshServer.StartAsync();
        using var run = ProcessRun.Start(Ssh(server.Configuration, SshServer.Host, [], "echo $PPID; exec sleep 1000"), keepInputOpen: true);
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        await server.FreezeAsync();

        await server.AbandonAsync();

        await Eventually.True(() => !Directory.Exists($"/proc/{run.OutputSoFar.Trim()}"));
    }

    internal static string[] Ssh(string configuration, string host, IEnumerable<string> options, string command) =>
        ["ssh", "-F", configuration, "-o", "BatchMode=yes", .. options, host, command];

    private static Task<ProcessResult> SshAsync(string configuration, string host, string command) =>
        ProcessRun.RunAsync(Ssh(configuration, host, [], command));

    private static async Task SendAsync(ProcessRun run, string text)
    {
        await run.Input.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
        await run.Input.FlushAsync();
    }
}
