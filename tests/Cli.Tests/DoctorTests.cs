using System.Text.Json;

namespace CrCache.Cli.Tests;

public sealed class DoctorTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task A_machine_without_configuration_is_well()
    {
        var result = (await _home.CrcacheAsync("doctor")).Success();

        Assert.All(result.OutputLines, line => Assert.Matches("^(ok|missing) ", line));
        Assert.Contains(result.OutputLines, line => line.StartsWith("ok", StringComparison.Ordinal) && line.Contains("local", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broken_source_is_exit_code_1()
    {
        _home.AddSource("odd", "type=nonsense\n");

        var result = await _home.CrcacheAsync("doctor");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.OutputLines, line => line.StartsWith("broken", StringComparison.Ordinal) && line.Contains("odd", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cwd=/no/such", "there is no directory '/no/such'")]
    [InlineData("user=nosuchuser", "there is no user 'nosuchuser'")]
    public async Task What_a_source_names_and_is_not_there_is_broken(string setting, string text)
    {
        _home.AddSource("odd", $"type=local\n{setting}\n");

        var result = await _home.CrcacheAsync("doctor");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.OutputLines, line => line.StartsWith("broken", StringComparison.Ordinal) && line.Contains("source odd", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "missing")]
    [InlineData("transport=openssh\n", "broken")]
    public async Task The_ssh_program_is_needed_by_who_asks_for_it(string setting, string finding)
    {
        _home.AddSource("lab", $"type=ssh\nssh_host=127.0.0.1\n{setting}");
        _home.Environment["PATH"] = _home.Path;

        var result = await _home.CrcacheAsync("doctor");

        Assert.Contains(result.OutputLines, line => line.StartsWith(finding, StringComparison.Ordinal) && line.Contains(" ssh ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_on_a_full_disk_is_broken()
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);
        Directory.CreateDirectory(_home.StateDirectory);

        // A disk of its own, seen by this one command only.
        var result = await ProcessRun.RunAsync(
            [
                "unshare", "--mount", "sh", "-c",
                "mount -t tmpfs -o size=512k none \"$CRCACHE_HOME\" && \"$0\" acquire && { head -c 1M /dev/zero > \"$CRCACHE_HOME/full\"; exec \"$0\" doctor; }", Crcache.Program,
            ],
            _home.Environment,
            _home.Project);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.OutputLines, line => line.StartsWith("broken", StringComparison.Ordinal) && line.Contains("No space left on device", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_has_the_same_findings()
    {
        using var findings = JsonDocument.Parse((await _home.CrcacheAsync("doctor", "--json")).Success().Output);

        Assert.Contains(findings.RootElement.EnumerateArray(), f => f.GetProperty("works").ValueKind == JsonValueKind.True);
    }

    public void Dispose() => _home.Dispose();
}
