using System.Globalization;

namespace CrCache.Cli.Tests;

/// <summary>The program, and a way to the host that is lost.</summary>
public sealed class SshLossTests : SshHome
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private Relay? _relay;

    public override ValueTask DisposeAsync()
    {
        _relay?.Dispose();
        return base.DisposeAsync();
    }

    protected override string Host()
    {
        _relay = new(Server);
        return $"{SshServer.Host}:{_relay.Port}";
    }

    [Fact]
    public async Task A_way_that_falls_silent_is_125_and_the_next_command_finds_the_host_again()
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "echo $$ >&2; exec sleep 300");
        var process = await ProcessOfAsync(run);
        _relay!.Silence();

        var lost = await run.WaitAsync(Limit);
        _relay.Resume();

        Assert.Equal(125, lost.ExitCode);
        var line = Assert.Single(lost.Error.TrimEnd('\n').Split('\n')[1..]);
        Assert.Contains("error CRC0401: lab-0 cannot be reached: ", line, StringComparison.Ordinal);
        await Eventually.True(() => !Directory.Exists($"/proc/{process}"));
        (await Home.CrcacheAsync("run", "lab-0", "true")).Success();
    }

    [Fact]
    public async Task A_host_that_goes_down_and_up_again_under_a_command_ends_it_once()
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "echo $$ >&2; exec sleep 300");
        await ProcessOfAsync(run);

        await Server.RestartAsync();

        // The command there may be killed a moment before its server, which then says so.
        Assert.Contains((await run.WaitAsync(Limit)).ExitCode, new[] { 125, 137 });
        Assert.Equal("back\n", (await Home.CrcacheAsync("run", "lab-0", "echo", "back")).Success().Output);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public async Task A_host_that_is_stopped_does_not_keep_the_program_from_ending(int signal)
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "echo $$ >&2; exec sleep 300");
        await ProcessOfAsync(run);
        await Server.FreezeAsync();

        run.Signal(signal);

        Assert.Contains((await run.WaitAsync(Limit)).ExitCode, new[] { 125, 128 + signal });
    }

    [Fact]
    public async Task A_host_that_is_stopped_does_not_keep_a_new_command_from_failing()
    {
        await Server.FreezeAsync();

        (await ProcessRun.RunAsync([Crcache.Program, "run", "lab-0", "true"], Home.Environment, Home.Project, timeout: Limit))
            .AssertRefused(125, "CRC0401", "lab-0 cannot be reached: ");
    }

    [Fact]
    public async Task A_client_that_is_killed_takes_the_whole_group_there_with_it()
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "sleep 300 & echo $! >&2; sleep 300");
        var background = await ProcessOfAsync(run);

        run.Kill();

        await Eventually.True(() => !Directory.Exists($"/proc/{background}"));
    }

    [Fact]
    public async Task A_copy_that_is_cut_leaves_the_old_file_and_the_next_one_repairs()
    {
        var here = Home.Combine("here");
        var there = Home.Combine("there");
        var data = new byte[4_000_000];
        new Random(1).NextBytes(data);
        await File.WriteAllBytesAsync(here, data);
        await File.WriteAllTextAsync(there, "old");

        _relay!.CutAfter(1_000_000);
        var cut = await Home.CrcacheAsync("cp", here, $"lab-0:{there}");

        Assert.Equal(125, cut.ExitCode);
        Assert.Single(cut.Error.TrimEnd('\n').Split('\n'));
        Assert.Equal("old", await File.ReadAllTextAsync(there));
        (await Home.CrcacheAsync("cp", here, $"lab-0:{there}")).Success();
        Assert.Equal(data, await File.ReadAllBytesAsync(there));
    }

    [Fact]
    public async Task A_copy_from_a_host_that_crashes_leaves_the_old_file_and_the_next_one_repairs()
    {
        var here = Home.Combine("here");
        var there = Home.Combine("there");
        var data = new byte[4_000_000];
        new Random(1).NextBytes(data);
        await File.WriteAllBytesAsync(there, data);
        await File.WriteAllTextAsync(here, "old");

        _relay!.CutAfter(1_000_000);
        var cut = await Home.CrcacheAsync("cp", $"lab-0:{there}", here);

        Assert.Equal(125, cut.ExitCode);
        Assert.Single(cut.Error.TrimEnd('\n').Split('\n'));
        Assert.Equal("old", await File.ReadAllTextAsync(here));
        Assert.Empty(Directory.GetFiles(Home.Path, "*").Except([here, there]));
        (await Home.CrcacheAsync("cp", $"lab-0:{there}", here)).Success();
        Assert.Equal(data, await File.ReadAllBytesAsync(here));
    }

    [Fact]
    public async Task A_host_whose_key_has_changed_is_refused()
    {
        await Server.RestartAsync(newKey: true);

        (await Home.CrcacheAsync("run", "lab-0", "true")).AssertRefused(125, "CRC0401", "lab-0 cannot be reached: ");
    }

    private static async Task<int> ProcessOfAsync(ProcessRun run)
    {
        await Eventually.True(() => run.ErrorSoFar.EndsWith('\n') || run.HasExited);
        return int.Parse(run.ErrorSoFar, CultureInfo.InvariantCulture);
    }
}
