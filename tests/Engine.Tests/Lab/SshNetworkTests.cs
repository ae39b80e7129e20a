using CrCache.Routes;

namespace CrCache.Lab;

public sealed class SshNetworkTests : IAsyncLifetime
{
    private SshNetwork? _lab;

    public SshNetworkTests() => BastionLab.Require();

    public async ValueTask InitializeAsync() => _lab = await SshNetwork.StartAsync(inner: 2);

    public ValueTask DisposeAsync()
    {
        _lab?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Inner_hosts_are_reached_through_the_bastion_only()
    {
        var through = await SshAsync("inner2", "hostname; echo $SSH_CONNECTION", "-J", "bastion");
        var fromOutside = await OutsideAsync("inner1", "hostname", "-J", "bastion-outside");
        var direct = await OutsideAsync("inner1", "hostname", "-o", "ConnectTimeout=1");

        Assert.Equal("inner2", through.Success().OutputLines[0]);
        Assert.StartsWith("10.77.2.1 ", through.OutputLines[1], StringComparison.Ordinal);
        Assert.Equal("inner1\n", fromOutside.Success().Output);
        Assert.Equal(255, direct.ExitCode);
        Assert.Contains("unreachable", direct.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_machines_own_network_is_changed()
    {
        var here = await ProcessRun.RunAsync(["ip", "address"]);

        Assert.DoesNotContain("10.77.", here.Success().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_whose_link_is_cut_is_there_again_when_it_is_mended()
    {
        await _lab!.Network.CutAsync("inner1");
        Assert.Equal(255, (await SshAsync("inner1", "true", "-J", "bastion")).ExitCode);
        (await SshAsync("inner2", "true", "-J", "bastion")).Success();

        await _lab.Network.HealAsync("inner1");
        (await SshAsync("inner1", "true", "-J", "bastion")).Success();
    }

    [Fact]
    public async Task A_host_that_loses_all_packets_is_silent_and_one_that_loses_some_is_slow()
    {
        await _lab!.Network.DropAsync("inner1");
        var silent = await SshAsync("inner1", "true", "-J", "bastion", "-o", "ConnectTimeout=1");
        Assert.Equal(255, silent.ExitCode);
        Assert.Contains("timed out", silent.Error, StringComparison.Ordinal);

        await _lab.Network.DropAsync("inner1", percent: 10);
        var some = await SshAsync("inner1", "head -c 100000 /dev/zero", "-J", "bastion");
        Assert.Equal(100_000, some.Success().OutputBytes.Length);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_network_whose_test_process_was_killed()
    {
        using var run = ProcessRun.Start([.. _lab!.Outside, "sh", "-c", "echo; exec sleep 1000"]);
        await Eventually.True(() => run.OutputSoFar.Length > 0);
        var holders = _lab.Network.Holders;
        Assert.Equal(4, holders.Count);

        await _lab.Network.AbandonAsync();

        await Eventually.True(() => run.HasExited && !holders.Any(h => Directory.Exists($"/proc/{h}/ns")));
    }

    private Task<ProcessResult> SshAsync(string host, string command, params string[] options) => ProcessRun.RunAsync(Ssh(host, command, options));

    private Task<ProcessResult> OutsideAsync(string host, string command, params string[] options) =>
        ProcessRun.RunAsync([.. _lab!.Outside, .. Ssh(host, command, options)]);

    private string[] Ssh(string host, string command, string[] options) => SshServerTests.Ssh(_lab!.Configuration, host, options, command);
}
