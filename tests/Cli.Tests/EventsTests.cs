using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace CrCache.Cli.Tests;

public sealed class EventsTests : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task What_happened_is_told_in_order()
    {
        await _home.AcquireAsync();
        (await _home.CrcacheAsync("release", "local-0")).Success();

        using var events = JsonDocument.Parse((await _home.CrcacheAsync("events", "--json")).Success().Output);

        var kinds = events.RootElement.EnumerateArray().Select(e => e.GetProperty("kind").GetString()).ToList();
        Assert.True(kinds.IndexOf("acquired") >= 0 && kinds.IndexOf("acquired") < kinds.IndexOf("released"), string.Join(' ', kinds));
        var numbers = events.RootElement.EnumerateArray().Select(e => e.GetProperty("number").GetInt64()).ToArray();
        Assert.Equal(numbers.Order(), numbers);
    }

    [Fact]
    public async Task The_newest_are_shown_when_there_are_too_many()
    {
        await _home.AcquireAsync();
        (await _home.CrcacheAsync("release", "local-0")).Success();

        var all = (await _home.CrcacheAsync("events")).Success().OutputLines;

        Assert.Equal(all[^1].Split(' ')[0], Assert.Single((await _home.CrcacheAsync("events", "-n", "1")).Success().OutputLines).Split(' ')[0]);
        Assert.Contains("acquired", string.Join('\n', all), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_happened_is_no_line() => Assert.Empty((await _home.CrcacheAsync("events")).Success().Output);

    [Fact]
    public async Task Only_those_after_a_number_are_shown()
    {
        for (var i = 0; i < 3; i++)
        {
            await _home.AcquireAsync();
            (await _home.CrcacheAsync("release", "local-0")).Success();
        }

        var numbers = Numbers(await AllAsync());
        Assert.Equal(numbers[2..], Numbers((await _home.CrcacheAsync("events", "--json", "--after", $"{numbers[1]}")).Success().Output));
        Assert.Equal(numbers[^1..], Numbers((await _home.CrcacheAsync("events", "--json", "--after", $"{numbers[1]}", "-n", "1")).Success().Output));
        Assert.Equal("[]\n", (await _home.CrcacheAsync("events", "--json", "--after", $"{numbers[^1]}")).Success().Output);
    }

    [Fact]
    public async Task Followed_each_is_a_line_as_it_happens_until_a_signal_comes()
    {
        await _home.AcquireAsync();
        using var following = _home.StartCrcache("events", "--follow", "-n", "1");
        await Eventually.True(() => following.OutputSoFar.Contains("  acquired  ", StringComparison.Ordinal));
        (await _home.CrcacheAsync("release", "local-0")).Success();
        await Eventually.True(() => following.OutputSoFar.Contains("  discarded  ", StringComparison.Ordinal));

        following.Signal(2);

        var followed = await following.WaitAsync();
        Assert.Equal(130, followed.ExitCode);
        Assert.Empty(followed.Error);
        Assert.Equal((await _home.CrcacheAsync("events")).OutputLines.Select(Words).TakeLast(followed.OutputLines.Count), followed.OutputLines.Select(Words));
        Assert.Equal(4, followed.OutputLines.Count);
    }

    [Fact]
    public async Task Eight_that_write_at_once_are_followed_without_a_miss()
    {
        _home.AddSource("lab", "type=local\nmaximum=8\nreserve=3\n");
        using var following = _home.StartCrcache("events", "-f", "--json", "--after", "0");

        var cycle = "for i in 1 2 3; do name=$(crcache acquire -s lab --wait) && crcache renew $name && crcache release $name || exit 1; done";
        foreach (var result in await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _home.ShellAsync(cycle))))
            result.Success();

        var expected = await AllAsync();
        using var all = JsonDocument.Parse(expected);
        var lines = all.RootElement.EnumerateArray().Select(e => e.GetRawText()).ToList();
        await Eventually.True(() => following.OutputSoFar.EndsWith(lines[^1] + "\n", StringComparison.Ordinal));
        following.Signal(15);
        var followed = await following.WaitAsync();
        Assert.Equal((128 + 15, ""), (followed.ExitCode, followed.Error));
        Assert.Equal(lines, followed.OutputLines);
    }

    [Fact]
    public async Task A_follower_whose_reader_has_gone_ends_by_itself()
    {
        await _home.AcquireAsync();

        // Nothing more happens that it could write and notice.
        var result = await _home.ShellAsync("{ crcache events -f; echo $? >&2; } | head -n 1");

        Assert.Contains("local-0@", Assert.Single(result.OutputLines), StringComparison.Ordinal);
        Assert.Equal("0\n", result.Error);
    }

    [Fact]
    public async Task A_follower_whose_reader_was_killed_ends_by_itself()
    {
        await _home.AcquireAsync();
        using var reader = await StartReaderAsync("cat pipe");
        using var follower = StartFollower();
        await Eventually.True(() => reader.OutputSoFar.Contains("  acquired  ", StringComparison.Ordinal));

        reader.Kill();

        Assert.Equal(0, (await follower.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_reader_who_has_stopped_reading_holds_nobody_up()
    {
        _home.AddSource("lab", "type=local\n");
        (await _home.CrcacheAsync("acquire", "-s", "lab", "400")).Success();
        using var reader = await StartReaderAsync("sleep 600 < pipe");
        using var follower = StartFollower();
        await Eventually.True(() => Written(follower.Id) > 60_000, what: "a full pipe");

        Assert.Equal(["local-0"], await _home.AcquireAsync());
        follower.Signal(15);

        Assert.Equal(128 + 15, (await follower.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task What_is_no_longer_kept_is_said()
    {
        await _home.AcquireAsync();
        RemoveEvents();
        using var following = _home.StartCrcache("events", "-f", "--after", "1");
        (await _home.CrcacheAsync("release", "local-0")).Success();
        await Eventually.True(() => following.OutputSoFar.Contains("  discarded  ", StringComparison.Ordinal));

        Assert.Matches(@"^crcache: events 2 to \d+ are no longer kept\n$", following.ErrorSoFar);
    }

    [Fact]
    public async Task A_store_that_is_replaced_is_followed_and_said()
    {
        await _home.AcquireAsync();
        using var following = _home.StartCrcache("events", "-f");
        await Eventually.True(() => following.OutputSoFar.Contains("  acquired  ", StringComparison.Ordinal));
        (await _home.CrcacheAsync("renew", "local-0")).Success();
        await Eventually.True(() => following.OutputSoFar.Contains("  renewed  ", StringComparison.Ordinal));
        var before = following.OutputSoFar;

        Directory.Move(_home.StateDirectory, _home.Combine("away"));
        await _home.AcquireAsync();

        await Eventually.True(() => following.OutputSoFar[before.Length..].Contains("  acquired  ", StringComparison.Ordinal));
        Assert.Equal("crcache: the store was replaced by another: its events follow\n", following.ErrorSoFar);
    }

    public void Dispose() => _home.Dispose();

    private static string Words(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static long[] Numbers(string json)
    {
        using var events = JsonDocument.Parse(json);
        return [.. events.RootElement.EnumerateArray().Select(e => e.GetProperty("number").GetInt64())];
    }

    private static long Written(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/io").Single(l => l.StartsWith("wchar: ", StringComparison.Ordinal))[7..], CultureInfo.InvariantCulture);

    private async Task<string> AllAsync() => (await _home.CrcacheAsync("events", "--json", "-n", "100000")).Success().Output;

    private async Task<ProcessRun> StartReaderAsync(string command)
    {
        (await _home.ShellAsync("mkfifo pipe")).Success();
        return ProcessRun.Start(["/bin/sh", "-c", "exec " + command], _home.Environment, _home.Project);
    }

    private ProcessRun StartFollower() =>
        ProcessRun.Start(["/bin/sh", "-c", $"exec {Crcache.Program} events -f -n 100000 > pipe"], _home.Environment, _home.Project);

    // As the retention does, with months to wait for.
    private void RemoveEvents()
    {
        using SqliteConnection store = new($"Data Source={Path.Combine(_home.StateDirectory, "state.db")};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = "DELETE FROM event;";
        command.ExecuteNonQuery();
    }
}
