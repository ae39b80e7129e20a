namespace CrCache.Cli.Tests;

/// <summary>Containers as the command line makes them, also when it is killed and when their engine is started anew.</summary>
public sealed class ContainerTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private ContainerEngine? _engine;

    public ContainerTests() => Assert.SkipWhen(ContainerEngine.Docker.IsMissing(out var reason), reason);

    public async ValueTask InitializeAsync() => _engine = await ContainerEngine.StartAsync("docker");

    public ValueTask DisposeAsync()
    {
        _engine?.Dispose();
        _home.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("recreate")]
    [InlineData("snapshot")]
    public async Task Killed_at_any_moment_nothing_of_it_is_left(string reset)
    {
        _home.AddSource("s", $"{_engine!.Configuration}\nmaximum=2\nreserve=1\nreset={reset}");
        _home.AddHook("s", "provision.d", "10-snapshot", "true");
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 8; round++)
        {
            await KillAsync(random.Next(50, 700), "acquire", "-s", "s");
            foreach (var name in await LeasedAsync())
                await KillAsync(random.Next(50, 700), "release", name);
        }

        _home.AddSource("s", $"{_engine.Configuration}\nmaximum=2");
        (await _home.CrcacheAsync("gc", "--apply")).Success();
        foreach (var name in await LeasedAsync())
            (await _home.CrcacheAsync("release", name)).Success();

        Assert.True((await _engine.AskAsync("ps", "-a")).Split('\n').Length == 2, $"seed {seed}: {await _engine.AskAsync("ps", "-a")}");
        Assert.Equal("", await _engine.AskAsync("volume", "ls", "-q"));
        await RequireNoImageAsync();
    }

    [Fact]
    public async Task Started_anew_its_engine_has_the_container_gone_and_the_next_works()
    {
        _home.AddSource("s", $"{_engine!.Configuration}\nmaximum=1");
        await _home.AcquireAsync("s");
        await _engine.RestartAsync();

        var gone = await _home.CrcacheAsync("run", "s-0", "true");
        Assert.Equal(125, gone.ExitCode);
        Assert.Contains("s-0 is gone: its container does not run any more", gone.Error, StringComparison.Ordinal);
        (await _home.CrcacheAsync("release", "s-0")).Success();
        await _home.AcquireAsync("s");
        Assert.Equal("works\n", (await _home.CrcacheAsync("run", "s-0", "echo", "works")).Success().Output);
        (await _home.CrcacheAsync("release", "s-0")).Success();
        Assert.Equal("", await _engine.AskAsync("ps", "-aq"));
    }

    [Fact]
    public async Task What_hooks_made_of_it_is_there_for_every_holder_and_what_one_of_them_wrote_is_not()
    {
        _home.AddSource("s", $"{_engine!.Configuration}\nmaximum=1\nreserve=1\nreset=snapshot");
        _home.AddHook("s", "provision.d", "10-use", $"'{Crcache.Program}' run $1 sh -c 'echo provision > /tmp/log'");
        _home.AddHook("s", "configure.d", "10-use", $"'{Crcache.Program}' run $1 sh -c 'echo configure >> /tmp/log'");
        for (var i = 0; i < 3; i++)
        {
            await _home.AcquireAsync("s");
            Assert.Equal("log\nprovision\nconfigure\n", (await _home.CrcacheAsync("run", "s-0", "sh", "-c", "ls /tmp; cat /tmp/log; rm /tmp/log; touch /tmp/mine")).Success().Output);
            (await _home.CrcacheAsync("release", "s-0")).Success();
        }

        _home.AddSource("s", $"{_engine.Configuration}\nmaximum=1\nreset=snapshot");
        await _home.AcquireAsync("s");
        (await _home.CrcacheAsync("release", "s-0")).Success();
        await RequireNoImageAsync();
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("commit")]
    [InlineData("run")]
    public async Task Killed_as_its_snapshot_is_taken_no_image_is_left(string word)
    {
        var cli = _home.Combine("cli");
        await File.WriteAllTextAsync(
            cli,
            $$"""
            #!/bin/sh
            if [ "$1" = {{word}} ] && [ -e {{_home.StateDirectory}}/containers/s-0/snapshot ]; then
              p=$PPID
              while read -r c <"/proc/$p/comm" && [ "$c" != crcache ]; do read -r a b c p d <"/proc/$p/stat"; done
              kill -9 "$p"
            fi
            exec {{string.Join(' ', _engine!.Program)}} "$@"
            """,
            TestContext.Current.CancellationToken);
        File.SetUnixFileMode(cli, (UnixFileMode)0b111_101_101);
        _home.AddSource("s", $"type=docker\nimage={ContainerEngine.Image}\nnetwork=none\ncli={cli}\nmaximum=1\nreset=snapshot");
        _home.AddHook("s", "provision.d", "10-snapshot", "true");
        Assert.Equal(137, (await _home.CrcacheAsync("acquire", "-s", "s")).ExitCode);

        (await _home.CrcacheAsync("gc", "--apply")).Success();

        Assert.Equal("", await _engine.AskAsync("ps", "-aq"));
        await RequireNoImageAsync();
        Assert.False(Directory.Exists(Path.Combine(_home.StateDirectory, "containers", "s-0")));
    }

    [Fact]
    public async Task A_terminal_comes_through()
    {
        Assert.SkipWhen(Requirement.Script.IsMissing(out var reason), reason);
        _home.AddSource("s", $"{_engine!.Configuration}\nmaximum=1");
        await _home.AcquireAsync("s");

        var result = await Terminal.RunAsync($"{Crcache.Program} run s-0 sh -c 'test -t 0 && test -t 1 && echo there && exit 5'", _home.Environment, _home.Project);

        Assert.Equal(5, result.ExitCode);
        Assert.EndsWith("there", result.Output.Trim(), StringComparison.Ordinal);
        (await _home.CrcacheAsync("release", "s-0")).Success();
    }

    /// <summary>There is no image but the one that containers are made of.</summary>
    private async Task RequireNoImageAsync() => Assert.Single((await _engine!.AskAsync("images", "-aq")).TrimEnd('\n').Split('\n'));

    private async Task KillAsync(int after, params string[] arguments)
    {
        using var victim = _home.StartCrcache(arguments);
        await Task.WhenAny(victim.WaitAsync(), Task.Delay(after, TestContext.Current.CancellationToken));
        victim.Kill();
        await victim.WaitAsync();
    }

    private async Task<IEnumerable<string>> LeasedAsync() =>
        (await _home.CrcacheAsync("status", "-v", "s")).Success().OutputLines.Where(l => l.Contains("  leased  ", StringComparison.Ordinal)).Select(l => l.Trim().Split(' ')[0]);
}
