using System.Text.Json;

namespace CrCache.Cli.Tests;

public sealed class RefillTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task An_acquire_starts_what_makes_the_rest_of_the_reserve_and_does_not_wait_for_it()
    {
        _home.AddSource("lab", "type=local\nreserve=3");
        var (begun, go) = (_home.Combine("begun"), _home.Combine("go"));
        _home.AddHook("lab", "provision.d", "10-slow", $"test $1 = lab-0 || {{ touch {begun}; while ! test -e {go}; do sleep 0.01; done; }}");

        Assert.Equal(["lab-0"], await _home.AcquireAsync("lab"));
        await Eventually.True(() => File.Exists(begun), what: "the refill");
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "cached", "lab")).Success().Output);
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await Cached("lab", 2);
    }

    [Fact]
    public async Task A_release_starts_it_as_well()
    {
        _home.AddSource("lab", "type=local\nreserve=1\nmax_use_count=1");
        var log = _home.Combine("log");
        _home.AddHook("lab", "provision.d", "10-log", $"echo $1 >> {log}");
        await _home.AcquireAsync("lab");

        (await _home.CrcacheAsync("release", "lab-0")).Success();
        await Cached("lab", 1);
        Assert.Equal(["lab-0", "lab-0"], await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task It_runs_on_nobodys_behalf()
    {
        _home.AddSource("lab", "type=local\nreserve=1\nmaximum=1");
        _home.AddSource("other", "type=local\nreserve=2");
        var log = _home.Combine("log");
        _home.AddHook("other", "provision.d", "10-log", $"echo $1:$CRCACHE_RESOURCE >> {log}; sleep 0.2");
        await _home.AcquireAsync("lab");

        // What is started under a lease does not end with it, and is not waited for when it does.
        (await _home.CrcacheAsync("run", "lab-0", Crcache.Program, "acquire", "-s", "other")).Success();
        (await _home.CrcacheAsync("release", "lab-0")).Success();
        await Cached("other", 1);
        Assert.Equal(["other-0:other-0", "other-1:other-1"], await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_fails_is_shown_by_status_and_is_tried_again_by_name()
    {
        _home.AddSource("lab", "type=local\nreserve=1");
        var hook = _home.AddHook("lab", "provision.d", "10-fail", "echo no room; exit 3");

        var failed = await _home.CrcacheAsync("refill", "lab");
        Assert.Equal(125, failed.ExitCode);
        Assert.Matches(@"^lab-0  failed  hook provision\.d/10-fail of lab failed with exit code 3: no room \(log: .*/logs/lab-0\.log\)\n$", failed.Output);
        var status = (await _home.CrcacheAsync("status", "lab")).Success().OutputLines;
        Assert.Matches("^  not refilled: failed once, next try after .*: hook provision.d/10-fail of lab failed", status[2]);
        using (var json = JsonDocument.Parse((await _home.CrcacheAsync("status", "--json", "lab")).Success().Output))
        {
            var refill = json.RootElement[0].GetProperty("refill");
            Assert.Equal((1, false), (refill.GetProperty("failures").GetInt32(), refill.GetProperty("stopped").GetBoolean()));
        }

        Assert.Empty((await _home.CrcacheAsync("refill")).Success().Output);
        File.Delete(hook);
        Assert.Equal("lab-0  make  kept of lab\n", (await _home.CrcacheAsync("refill", "lab")).Success().Output);
        Assert.Equal(2, (await _home.CrcacheAsync("status", "lab")).Success().OutputLines.Count);
    }

    [Fact]
    public async Task Killed_it_is_finished_by_the_next()
    {
        _home.AddSource("lab", "type=local\nreserve=2");
        var hook = _home.AddHook("lab", "provision.d", "10-crash", "kill -9 $PPID");
        Assert.Equal(137, (await _home.CrcacheAsync("refill", "lab")).ExitCode);
        File.Delete(hook);

        (await _home.CrcacheAsync("refill")).Success();
        Assert.Equal("2\n", (await _home.CrcacheAsync("status", "--query", "cached", "lab")).Success().Output);
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_refused() =>
        (await _home.CrcacheAsync("refill", "nosuch")).AssertRefused(2, "CRC0103", "no source is named 'nosuch'");

    [Fact]
    public async Task What_was_quarantined_is_healed_by_name()
    {
        _home.AddSource("lab", "type=local\nmaximum=1");
        var hook = _home.AddHook("lab", "provision.d", "10-fail", "exit 1");
        for (var i = 0; i < 3; i++)
            Assert.Equal(125, (await _home.CrcacheAsync("acquire", "-s", "lab")).ExitCode);
        var exhausted = await _home.CrcacheAsync("acquire", "-s", "lab");
        Assert.Equal(75, exhausted.ExitCode);
        Assert.Contains("crcache heal lab-0", exhausted.Error, StringComparison.Ordinal);
        Assert.Contains("lab-0  quarantined", (await _home.CrcacheAsync("status", "-v", "lab")).Success().Output, StringComparison.Ordinal);

        File.Delete(hook);
        Assert.Equal("lab-0\n", (await _home.CrcacheAsync("heal", "lab-0")).Success().Output);
        Assert.Equal(["lab-0"], await _home.AcquireAsync("lab"));
        (await _home.CrcacheAsync("heal", "lab-0")).AssertRefused(2, "CRC0001", "nothing is wrong with lab-0: it is leased");
        Assert.Empty((await _home.CrcacheAsync("heal")).Success().Output);
    }

    [Fact]
    public async Task What_can_never_be_discarded_is_forgotten_and_what_may_be_left_is_said()
    {
        Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);
        _home.AddSource("lab", "type=box\nmaximum=1");
        var hook = _home.AddHook("lab", "discard.d", "10-fail", "exit 1");
        Assert.Equal(["lab-0"], await _home.AcquireAsync("lab"));
        (await _home.CrcacheAsync("forget", "lab-0")).AssertRefused(2, "CRC0204", "lab-0 is leased by ");
        Assert.Equal(125, (await _home.CrcacheAsync("release", "lab-0")).ExitCode);
        Assert.Contains("'crcache forget lab-0' gives it up", (await _home.CrcacheAsync("gc", "--apply")).Error, StringComparison.Ordinal);

        var forgotten = (await _home.CrcacheAsync("forget", "lab-0")).Success();

        var place = Path.Combine(_home.StateDirectory, "boxes", "lab-0");
        Assert.Equal("lab-0\n", forgotten.Output);
        Assert.Equal($"crcache: of lab-0 there may be left, for you to remove: the directory {place}, with the process that holds the box, on this machine\n", forgotten.Error);
        Assert.True(Directory.Exists(place));

        // Its name is used again, and what it left with it.
        File.Delete(hook);
        Assert.Equal(["lab-0"], await _home.AcquireAsync("lab"));
        (await _home.CrcacheAsync("release", "lab-0")).Success();
        Assert.False(Directory.Exists(place));
    }

    private Task Cached(string source, int count) => Eventually.TrueAsync(
        async () => (await _home.CrcacheAsync("status", "--query", "cached", source)).Success().Output == $"{count}\n", what: $"{count} cached of {source}");
}
