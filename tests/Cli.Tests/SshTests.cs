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
