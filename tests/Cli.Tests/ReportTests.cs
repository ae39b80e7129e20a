namespace CrCache.Cli.Tests;

public sealed class ReportTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_map_leaves_a_timeline_that_is_found_and_shown()
    {
        (await _home.CrcacheAsync("report")).AssertRefused(2, "CRC0001", "there is no report yet");
        await MapAsync();
        await MapAsync();

        var paths = (await _home.CrcacheAsync("report", "--all")).Success().OutputLines;
        var newest = Assert.Single((await _home.CrcacheAsync("report")).Success().OutputLines);
        Assert.Equal(newest, paths[0]);
        Assert.Contains("one of many", await File.ReadAllTextAsync(newest, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal($"[{{\"path\":\"{newest}\"}}]\n", (await _home.CrcacheAsync("--json", "report")).Success().Output);

        var seen = _home.Combine("seen");
        _home.Environment["BROWSER"] = _home.Combine("browser");
        await File.WriteAllTextAsync(_home.Environment["BROWSER"], $"#!/bin/sh\necho \"$1\" >{seen}.new; mv {seen}.new {seen}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_home.Environment["BROWSER"], (UnixFileMode)0b111_000_000);
        (await _home.CrcacheAsync("report", "--open")).Success();
        await Eventually.True(() => File.Exists(seen));
        Assert.Equal($"{newest}\n", await File.ReadAllTextAsync(seen, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_browser_it_says_what_to_do()
    {
        await MapAsync();
        _home.Environment["BROWSER"] = "/nowhere/browser";

        var result = await _home.CrcacheAsync("report", "--open");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("cannot start /nowhere/browser", result.Error, StringComparison.Ordinal);
        Assert.Contains("set BROWSER", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_is_shown_not_all() => (await _home.CrcacheAsync("report", "--all", "--open")).AssertRefused(2, "CRC0001", "exclude each other");

    private async Task MapAsync() =>
        (await ProcessRun.RunAsync([Crcache.Program, "map", "--", "echo"], _home.Environment, _home.Project, "one of many\n"u8.ToArray())).Success();
}
