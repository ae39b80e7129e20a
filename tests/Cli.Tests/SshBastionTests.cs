using System.Globalization;

namespace CrCache.Cli.Tests;

/// <summary>The program on a host of a network of its own, whose only way to the others is a bastion.</summary>
public sealed class SshBastionTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private SshNetwork? _lab;

    public SshBastionTests()
    {
        Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason);
        Assert.SkipWhen(HostNetwork.Requirement.IsMissing(out reason), reason);
    }

    public async ValueTask InitializeAsync()
    {
        _lab = await SshNetwork.StartAsync();
        _home.Environment["CRCACHE_SSH_CONFIG"] = _lab.Configuration;
        _home.AddSource("gate", "type=ssh\nssh_host=bastion-outside\nconcurrency=4\n");
        _home.AddSource("inner", "type=ssh\nssh_host=inner1\nbase=gate\nconcurrency=4\n");
        (await CrcacheAsync("acquire", "-s", "inner")).Success();
    }

    public ValueTask DisposeAsync()
    {
        _lab?.Dispose();
        _home.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Commands_and_files_go_through_and_no_command_runs_on_the_way()
    {
        var file = _home.Combine("file");
        await File.WriteAllTextAsync(file, "content");

        (await CrcacheAsync("cp", file, $"inner-0:{file}.there")).Success();
        var run = await CrcacheAsync("run", "inner-0", "sh", "-c", "hostname; cat \"$1\"; exit 9", "sh", $"{file}.there");

        Assert.Equal((9, "inner1\ncontent"), (run.ExitCode, run.Output));
    }

    [Theory]
    [InlineData("outside")]
    [InlineData("inner1")]
    public async Task Packets_that_are_lost_on_either_side_of_the_bastion_are_a_lost_way(string host)
    {
        using var run = Start("run", "inner-0", "sh", "-c", "echo; exec sleep 300");
        await Eventually.True(() => run.OutputSoFar.Length > 0);

        await _lab!.Network.DropAsync(host);
        var lost = await run.WaitAsync(TimeSpan.FromMinutes(1));
        await _lab.Network.HealAsync(host);

        Assert.Equal(125, lost.ExitCode);
        Assert.Contains("error CRC0401: inner-0 cannot be reached: ", Assert.Single(lost.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        (await CrcacheAsync("run", "inner-0", "true")).Success();
    }

    [Fact]
    public async Task A_client_that_is_killed_takes_the_command_behind_the_bastion_with_it()
    {
        using var run = Start("run", "inner-0", "sh", "-c", "sleep 300 & echo $!; sleep 300");
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        var process = int.Parse(run.OutputSoFar, CultureInfo.InvariantCulture);

        run.Kill();

        await Eventually.True(() => !Directory.Exists($"/proc/{process}"));
    }

    private ProcessRun Start(params string[] arguments) =>
        ProcessRun.Start([.. _lab!.Outside, Crcache.Program, .. arguments], _home.Environment, _home.Project);

    private Task<ProcessResult> CrcacheAsync(params string[] arguments) =>
        ProcessRun.RunAsync([.. _lab!.Outside, Crcache.Program, .. arguments], _home.Environment, _home.Project);
}
