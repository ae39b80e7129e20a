using System.Globalization;
using System.Security.Cryptography;

namespace CrCache.Cli.Tests;

/// <summary>The process that keeps ssh connections between commands.</summary>
public sealed class SshKeeperTests : SshHome
{
    protected override string Settings => "maximum=2";

    private int Logins => Server.Log.Split("Accepted publickey").Length - 1;

    [Fact]
    public async Task All_commands_log_in_once()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => (await Home.CrcacheAsync("run", "lab-0", "echo", $"{i}")).Success().Output));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}\n"), runs);
        Assert.Single(Keepers());
        Assert.InRange(Logins, 1, 3); // a server opens ten sessions on one connection
    }

    [Fact]
    public async Task Its_death_costs_a_login_and_no_more()
    {
        await KillKeeperAsync();
        var before = Logins;

        Assert.Equal("there\n", (await Home.CrcacheAsync("run", "lab-0", "echo", "there")).Success().Output);

        Assert.True(Logins == before + 1, $"{before}\n{Server.Log}");
        Assert.Single(Keepers());
    }

    [Fact]
    public async Task One_that_is_stopped_costs_a_login_and_holds_nobody_up()
    {
        var keeper = Assert.Single(Keepers());
        (await ProcessRun.RunAsync(["kill", "-STOP", $"{keeper}"])).Success();
        var before = Logins;

        var run = await ProcessRun.RunAsync([Crcache.Program, "run", "lab-0", "echo", "there"], Home.Environment, Home.Project, timeout: TimeSpan.FromMinutes(1));

        Assert.Equal("there\n", run.Success().Output);
        Assert.Equal(before + 1, Logins);
        await KillKeeperAsync();
    }

    [Fact]
    public async Task A_change_of_the_ssh_configuration_counts_at_once()
    {
        using var another = await SshServer.StartAsync();
        Assert.Contains($" {Server.Port}\n", (await Home.CrcacheAsync("run", "lab-0", "sh", "-c", "echo $SSH_CONNECTION")).Success().Output, StringComparison.Ordinal);

        File.Copy(another.Configuration, Server.Configuration, overwrite: true);
        Assert.Contains($" {another.Port}\n", (await Home.CrcacheAsync("run", "lab-0", "sh", "-c", "echo $SSH_CONNECTION")).Success().Output, StringComparison.Ordinal);

        await File.AppendAllTextAsync(Server.Configuration, "NoSuchOption yes\n");
        var lines = (await File.ReadAllLinesAsync(Server.Configuration)).Length;
        var refused = await Home.CrcacheAsync("run", "lab-0", "true");
        Assert.Equal(125, refused.ExitCode);
        Assert.StartsWith($"{Server.Configuration}:{lines}: error CRC010", refused.Error, StringComparison.Ordinal);
        Assert.Contains("NoSuchOption".ToLowerInvariant(), refused.Error, StringComparison.Ordinal);
        Assert.Single(Keepers());
    }

    [Fact]
    public async Task A_command_whose_keeper_dies_is_a_lost_connection_and_ends_there()
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "echo $$; exec sleep 300");
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        var process = int.Parse(run.OutputSoFar, CultureInfo.InvariantCulture);

        await KillKeeperAsync();

        var result = await run.WaitAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("CRC0401: lab-0 cannot be reached: the connection was lost: the process that keeps the connection has ended", result.Error, StringComparison.Ordinal);
        await Eventually.True(() => !Runs(process));
    }

    [Fact]
    public async Task A_command_whose_caller_is_killed_ends_there_and_the_keeper_stays()
    {
        var keeper = Assert.Single(Keepers());
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1; done");
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        var process = int.Parse(run.OutputSoFar, CultureInfo.InvariantCulture);

        run.Kill();

        await Eventually.True(() => !Runs(process));
        Assert.Equal(keeper, Assert.Single(Keepers()));
    }

    [Fact]
    public async Task Bytes_pass_as_they_are_and_a_slow_reader_is_waited_for()
    {
        var data = RandomNumberGenerator.GetBytes(5_000_000);
        File.WriteAllBytes(Home.Combine("data"), data);

        var result = await ProcessRun.RunAsync(
            ["sh", "-c", $"'{Crcache.Program}' run lab-0 sh -c 'tee /dev/stderr' <'{Home.Combine("data")}' 2>'{Home.Combine("error")}' | {{ sleep 1; cat; }}"],
            Home.Environment, Home.Project);

        Assert.True(result.OutputBytes.AsSpan().SequenceEqual(data));
        Assert.True(File.ReadAllBytes(Home.Combine("error")).AsSpan().SequenceEqual(data));
    }

    [Fact]
    public async Task A_reader_that_goes_ends_the_command()
    {
        var result = await ProcessRun.RunAsync(["sh", "-c", $"'{Crcache.Program}' run lab-0 yes | head -n 1"], Home.Environment, Home.Project, timeout: TimeSpan.FromSeconds(60));

        Assert.Equal("y\n", result.Output);
    }

    [Fact]
    public async Task Whoever_takes_the_resource_has_ended_the_command_before()
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "echo $$; exec sleep 300");
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        var process = int.Parse(run.OutputSoFar, CultureInfo.InvariantCulture);

        (await Home.CrcacheAsync("steal", "lab-0")).Success();

        Assert.False(Runs(process));
        var result = await run.WaitAsync();
        Assert.Equal(76, result.ExitCode);
        Assert.Contains("CRC0203", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_caller_left_there_is_ended_before_the_resource_is_given_back()
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1; done");
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        var process = int.Parse(run.OutputSoFar, CultureInfo.InvariantCulture);
        run.Kill();

        (await Home.CrcacheAsync("release", "lab-0")).Success();

        Assert.False(Runs(process));
    }

    [Fact]
    public async Task It_goes_with_the_directory_of_its_socket()
    {
        Assert.Single(Keepers());

        Directory.Delete(Home.Environment["XDG_RUNTIME_DIR"], recursive: true);

        await Eventually.True(() => Keepers().Count == 0);
    }

    [Fact]
    public async Task Where_its_directory_is_open_to_others_there_is_none()
    {
        await KillKeeperAsync();
        var directory = Path.Combine(Home.Environment["XDG_RUNTIME_DIR"], "crcache");
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);

        Assert.Equal("there\n", (await Home.CrcacheAsync("run", "lab-0", "echo", "there")).Success().Output);

        Assert.Empty(Keepers());
    }

    private List<int> Keepers() => [.. Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out var id) ? id : 0).Where(id => id > 0 && IsKeeper(id))];

    private static bool Runs(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool IsKeeper(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains($"ssh-keeper\0{Home.Environment["XDG_RUNTIME_DIR"]}", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task KillKeeperAsync()
    {
        var keeper = Assert.Single(Keepers());
        (await ProcessRun.RunAsync(["kill", "-9", $"{keeper}"])).Success();
        await Eventually.True(() => Keepers().Count == 0);
    }
}
