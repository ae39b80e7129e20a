using System.Security.Cryptography;

namespace CrCache.Cli.Tests;

/// <summary>Containers of LXC as the command line makes them, also when it is killed.</summary>
public sealed class LxcTests : IDisposable
{
    private readonly TestHome _home = new();
    private readonly LxcBase? _base;

    public LxcTests()
    {
        Assert.SkipWhen(LxcBase.IsMissing(out var reason), reason);
        _base = new();
        Directory.CreateDirectory(Containers);
    }

    private string Containers => Path.Combine(_home.StateDirectory, "lxc");

    public void Dispose()
    {
        // What a failed test has left.
        _home.CrcacheAsync("gc", "--apply").GetAwaiter().GetResult();
        _base?.Dispose();
        _home.Dispose();
    }

    [Theory]
    [InlineData("running")]
    [InlineData("stopped")]
    public async Task Killed_at_any_moment_nothing_of_it_is_left(string idle)
    {
        _home.AddSource("s", $"{_base!.Settings}\nmaximum=3\nreserve=1\nidle={idle}");
        _home.AddHook("s", "provision.d", "10-snapshot", "true");
        for (var round = 0; round < 8; round++)
        {
            using var victim = _home.StartCrcache(round % 2 == 0 ? ["acquire", "-s", "s", "2"] : ["release", "s-0", "s-1"]);
            await Task.Delay(RandomNumberGenerator.GetInt32(20, 400), TestContext.Current.CancellationToken);
            victim.Kill();
            await victim.WaitAsync();
        }

        _home.AddSource("s", $"{_base.Settings}\nmaximum=3\nidle={idle}");
        foreach (var line in (await _home.CrcacheAsync("status", "-v", "s")).Success().OutputLines.Where(l => l.Contains("  leased  ", StringComparison.Ordinal)))
            (await _home.CrcacheAsync("release", line.Trim().Split(' ')[0])).Success();
        (await _home.CrcacheAsync("gc", "--apply")).Success();

        await RequireNothingAsync();
    }

    [Fact]
    public async Task Killed_when_it_was_made_and_not_yet_handed_out_it_is_discarded()
    {
        _home.AddSource("s", $"{_base!.Settings}\nmaximum=1");
        var hook = _home.AddHook("s", "provision.d", "10-crash", "kill -9 $PPID");
        Assert.Equal(137, (await _home.CrcacheAsync("acquire", "-s", "s")).ExitCode);
        Assert.NotEqual("", await LeftAsync());

        File.Delete(hook);
        (await _home.CrcacheAsync("gc", "--apply")).Success();

        await RequireNothingAsync();
    }

    [Theory]
    [InlineData("running")]
    [InlineData("stopped")]
    public async Task What_hooks_made_of_it_is_there_for_every_holder_and_what_one_of_them_wrote_is_not(string idle)
    {
        _home.AddSource("s", $"{_base!.Settings}\nmaximum=1\nreserve=1\nidle={idle}");
        _home.AddHook("s", "provision.d", "10-use", $"'{Crcache.Program}' run $1 sh -c 'echo provision > /tmp/log'");
        _home.AddHook("s", "configure.d", "10-use", $"'{Crcache.Program}' run $1 sh -c 'echo configure >> /tmp/log'");
        for (var i = 0; i < 3; i++)
        {
            await _home.AcquireAsync("s");
            Assert.Equal("log\nprovision\nconfigure\n", (await _home.CrcacheAsync("run", "s-0", "sh", "-c", "ls /tmp; cat /tmp/log; rm /tmp/log; touch /tmp/mine")).Success().Output);
            (await _home.CrcacheAsync("release", "s-0")).Success();
        }

        _home.AddSource("s", $"{_base.Settings}\nmaximum=1");
        await _home.AcquireAsync("s");
        (await _home.CrcacheAsync("release", "s-0")).Success();
        await RequireNothingAsync();
    }

    [Fact]
    public async Task A_terminal_comes_through()
    {
        Assert.SkipWhen(Requirement.Script.IsMissing(out var reason), reason);
        _home.AddSource("s", $"{_base!.Settings}\nmaximum=1");
        await _home.AcquireAsync("s");

        var result = await Terminal.RunAsync($"stty rows 33 cols 77; {Crcache.Program} run s-0 sh -c 'test -t 0 && test -t 1 && stty size && exit 5'", _home.Environment, _home.Project);

        Assert.Equal((5, "33 77"), (result.ExitCode, result.Output.Trim()));
        (await _home.CrcacheAsync("release", "s-0")).Success();
        await RequireNothingAsync();
    }

    [Fact]
    public async Task A_command_whose_caller_was_killed_ends_with_the_lease()
    {
        _home.AddSource("s", $"{_base!.Settings}\nmaximum=1\nreserve=1\nreset=none");
        await _home.AcquireAsync("s");
        using (var victim = _home.StartCrcache("run", "s-0", "sh", "-c", "echo up; exec sleep 300"))
        {
            await Eventually.True(() => victim.OutputSoFar.Contains("up", StringComparison.Ordinal));
            victim.Kill();
            await victim.WaitAsync();
        }

        (await _home.CrcacheAsync("release", "s-0")).Success();
        await _home.AcquireAsync("s");
        Assert.Equal("", (await _home.CrcacheAsync("run", "s-0", "pgrep", "-f", "^sleep 300")).Output);
        _home.AddSource("s", $"{_base.Settings}\nmaximum=1");
        (await _home.CrcacheAsync("release", "s-0")).Success();
        await RequireNothingAsync();
    }

    private Task<string> LeftAsync() => LxcBase.LeftAsync(Containers, Directory.Exists(Containers) ? [.. Directory.GetDirectories(Containers).Select(StoreOf).Distinct()] : []);

    private static string StoreOf(string place) => File.Exists(Path.Combine(place, "store")) ? File.ReadAllText(Path.Combine(place, "store")).Trim() : "none";

    private async Task RequireNothingAsync()
    {
        Assert.Equal("", await LeftAsync());
        Assert.Empty(Directory.Exists(Containers) ? Directory.GetFileSystemEntries(Containers) : []);
    }
}
