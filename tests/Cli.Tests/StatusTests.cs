using System.Text.Json;

namespace CrCache.Cli.Tests;

public sealed class StatusTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task Columns_stay_aligned_with_long_names_and_numbers()
    {
        _home.AddSource("a-name-much-longer-than-its-column", "type=local\nmaximum=1234567890\n");
        _home.AddSource("free", "type=pool\nsources=local\n");

        var lines = (await _home.CrcacheAsync("status")).Success().OutputLines;

        Assert.Equal(4, lines.Count);
        foreach (var column in new[] { "cached", "in-use", "max" })
        {
            var at = lines[0].IndexOf(column, StringComparison.Ordinal);
            Assert.All(lines.Skip(1), line => Assert.True(line[at - 1] == ' ' && char.IsAsciiDigit(line[at]), line));
        }
    }

    [Fact]
    public async Task No_limit_is_unlimited_and_null_in_json()
    {
        _home.AddSource("free", "type=local\nmaximum=0\n");

        Assert.Equal("unlimited\n", (await _home.CrcacheAsync("status", "--query", "max", "free")).Success().Output);
        Assert.EndsWith(" unlimited\n", (await _home.CrcacheAsync("status", "free")).Success().Output, StringComparison.Ordinal);
        using var status = JsonDocument.Parse((await _home.CrcacheAsync("status", "free", "--json")).Success().Output);
        Assert.Equal(JsonValueKind.Null, status.RootElement[0].GetProperty("max").ValueKind);
    }

    [Theory]
    [InlineData("cached", "0")]
    [InlineData("in-use", "1")]
    [InlineData("max", "3")]
    [InlineData("available", "2")]
    [InlineData("concurrency", "5")]
    public async Task A_query_is_a_number_a_source(string field, string value)
    {
        _home.AddSource("lab", "type=local\nmaximum=3\nconcurrency=5\n");
        await _home.AcquireAsync("lab");

        Assert.Equal($"{value}\n", (await _home.CrcacheAsync("status", "--query", field, "lab")).Success().Output);
        _home.AddSource("other", "type=local\nmaximum=3\nconcurrency=5\n");
        await _home.AcquireAsync("other");
        Assert.Equal($"{value}\n{value}\n", (await _home.CrcacheAsync("status", "--query", field, "lab", "other", "lab")).Success().Output);
    }

    [Fact]
    public async Task Verbose_has_a_line_a_resource()
    {
        _home.AddSource("lab", "type=local\nmaximum=3\n");
        (await _home.CrcacheAsync("acquire", "-s", "lab", "2", "--note", "for me")).Success();

        var lines = (await _home.CrcacheAsync("status", "-v", "lab")).Success().OutputLines;

        Assert.Equal(4, lines.Count);
        Assert.All(lines.Skip(2), line => Assert.Matches(@"^  lab-[01]  leased  .+  since \S+Z  expires \S+Z  for me$", line));
    }

    [Fact]
    public async Task Verbose_json_has_the_resources()
    {
        await _home.AcquireAsync();

        using var status = JsonDocument.Parse((await _home.CrcacheAsync("status", "-v", "local", "--json")).Success().Output);

        var resource = Assert.Single(status.RootElement[0].GetProperty("resources").EnumerateArray());
        Assert.Equal("local-0", resource.GetProperty("name").GetString());
        Assert.Equal("leased", resource.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_broken_source_does_not_hide_the_others()
    {
        _home.AddSource("odd", "type=local\nreserve=many\n");

        var result = await _home.CrcacheAsync("status");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("\nlocal   0       0      1\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("source.conf:3: error CRC0102: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_only_configured_elsewhere_is_no_error()
    {
        _home.AddSource("lab", "type=local\nmaximum=4\n", project: true);
        await _home.AcquireAsync("lab");
        ProcessResult[] results =
        [
            .. await Task.WhenAll(new[] { "status", "status lab", "status --json lab", "status --query max lab" }
                .Select(a => ProcessRun.RunAsync([Crcache.Program, .. a.Split(' ')], _home.Environment, _home.Home))),
        ];

        Assert.All(results, r => Assert.Equal((0, ""), (r.ExitCode, r.Error)));
        Assert.Contains("\nlab     0       1      -\n", results[0].Output, StringComparison.Ordinal);
        Assert.EndsWith("\nlab     0       1      -\n", results[1].Output, StringComparison.Ordinal);
        Assert.Contains("\"max\":null", results[2].Output, StringComparison.Ordinal);
        Assert.Equal("-\n", results[3].Output);
    }

    [Fact]
    public async Task An_unknown_source_is_refused() =>
        (await _home.CrcacheAsync("status", "lcoal")).AssertRefused(2, "CRC0103", "did you mean local?");

    [Fact]
    public async Task A_reader_that_has_read_enough_is_no_error()
    {
        var result = await _home.ShellAsync("{ crcache status; echo $? >&2; } | head -c 0");

        Assert.Equal("0\n", result.Error);
    }

    public void Dispose() => _home.Dispose();
}
