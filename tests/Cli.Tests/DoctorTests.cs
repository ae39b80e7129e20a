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

    [Fact]
    public async Task Json_has_the_same_findings()
    {
        using var findings = JsonDocument.Parse((await _home.CrcacheAsync("doctor", "--json")).Success().Output);

        Assert.Contains(findings.RootElement.EnumerateArray(), f => f.GetProperty("works").ValueKind == JsonValueKind.True);
    }

    public void Dispose() => _home.Dispose();
}
