using System.Globalization;

namespace CrCache.Cli.Tests;

/// <summary>The program with a real ssh server at the other end.</summary>
public sealed class SshTests : SshHome
{
    [Fact]
    public async Task A_command_runs_there_and_files_go_there_and_come_back()
    {
        var file = Home.Combine("file");
        await File.WriteAllTextAsync(file, "content");

        (await Home.CrcacheAsync("cp", file, $"lab-0:{file}.there")).Success();
        (await Home.CrcacheAsync("cp", $"lab-0:{file}.there", $"{file}.back")).Success();
        var run = await Home.CrcacheAsync("run", "lab-0", "sh", "-c", "cat \"$1\"; echo \"$SSH_CONNECTION\" >&2; exit 9", "sh", $"{file}.there");

        Assert.Equal((9, "content"), (run.ExitCode, run.Output));
        Assert.StartsWith("127.0.0.1 ", run.Error, StringComparison.Ordinal);
        Assert.Equal("content", await File.ReadAllTextAsync($"{file}.back"));
    }

    [Fact]
    public async Task The_host_of_each_resource_is_shown()
    {
        Home.AddSource("many", $"type=ssh\nhosts=127.0.0.1:1 {SshServer.Host}-a\nconcurrency=2\n");

        Assert.Equal("many-1\n", (await Home.CrcacheAsync("acquire", "-s", "many")).Success().Output);

        Assert.Contains($"many-1  leased on {SshServer.Host}-a  ", (await Home.CrcacheAsync("status", "-v", "many")).Success().Output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1 is passed over: many-0 cannot be reached", (await Home.CrcacheAsync("explain", "-s", "many")).Success().Output, StringComparison.Ordinal);
        var refused = await Home.CrcacheAsync("acquire", "-s", "many");
        Assert.Equal(75, refused.ExitCode);
        Assert.Contains("passed over until", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_125()
    {
        Server.Stop();

        (await Home.CrcacheAsync("run", "lab-0", "true")).AssertRefused(125, "CRC0401", "Connection refused");
    }

    [Fact]
    public async Task Output_that_cannot_be_written_is_said()
    {
        var full = await Home.ShellAsync("crcache run lab-0 sh -c 'echo lost; exit 3' >/dev/full");

        full.AssertRefused(125, "CRC0002", "No space left on device");
    }

    [Fact]
    public async Task A_signal_ends_the_wait_for_what_a_child_in_the_background_may_still_say()
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "trap '' INT; sleep 60 & echo $!; trap - INT; sleep 61");
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        var child = int.Parse(run.OutputSoFar, CultureInfo.InvariantCulture);

        run.Signal(2);

        Assert.Equal(130, (await run.WaitAsync()).ExitCode);
        Assert.True(Directory.Exists($"/proc/{child}"), "it was to outlive the wait");
        (await ProcessRun.RunAsync(["kill", $"{child}"])).Success();
    }

    [Theory]
    [InlineData("internal-sftp", "")]
    [InlineData("sh -c 'echo closed today; exit 1'", " and ended with exit code 1: closed today")]
    public async Task A_host_that_runs_no_commands_is_told_from_one_that_cannot_be_reached(string forced, string said)
    {
        using var server = await SshServer.StartAsync(new() { Lines = [$"ForceCommand {forced}"] });
        Home.Environment["CRCACHE_SSH_CONFIG"] = server.Configuration;
        Home.AddSource("none", $"type=ssh\nssh_host={SshServer.Host}\n");

        (await Home.CrcacheAsync("acquire", "-s", "none")).AssertRefused(125, "CRC0401", $"the login's shell there ran no command{said}");
    }

    [Fact]
    public async Task What_the_logins_shell_says_by_itself_is_not_the_commands_output()
    {
        using var server = await SshServer.StartAsync(new() { Lines = ["ForceCommand echo Welcome; printf careful; exec sh -c \"$SSH_ORIGINAL_COMMAND\""] });
        Home.Environment["CRCACHE_SSH_CONFIG"] = server.Configuration;
        Home.AddSource("loud", $"type=ssh\nssh_host={SshServer.Host}\n");
        await Home.AcquireAsync("loud");
        var file = Home.Combine("file");
        await File.WriteAllTextAsync(file, "content");

        Assert.Equal("own\n", (await Home.CrcacheAsync("run", "loud-0", "echo", "own")).Success().Output);
        (await Home.CrcacheAsync("cp", file, $"loud-0:{file}.there")).Success();
        (await Home.CrcacheAsync("cp", $"loud-0:{file}.there", $"{file}.back")).Success();
        Assert.Equal("content", await File.ReadAllTextAsync($"{file}.back"));
        using var run = Home.StartCrcache("run", "loud-0", "sh", "-c", "echo $$; exec sleep 300");
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        (await Home.CrcacheAsync("release", "loud-0")).Success();
        Assert.Equal(76, (await run.WaitAsync()).ExitCode);
    }

    [Theory]
    [InlineData(9, 137)]
    [InlineData(15, 143)]
    public async Task A_command_there_ends_with_the_program_that_started_it(int signal, int exitCode)
    {
        using var run = Home.StartCrcache("run", "lab-0", "sh", "-c", "echo $$; exec sleep 300");
        await Eventually.True(() => run.OutputSoFar.EndsWith('\n'));
        var process = int.Parse(run.OutputSoFar, CultureInfo.InvariantCulture);

        run.Signal(signal);

        Assert.Equal(exitCode, (await run.WaitAsync()).ExitCode);
        await Eventually.True(() => !Directory.Exists($"/proc/{process}"));
    }
}
