namespace CrCache.Cli.Tests;

/// <summary>Boxes as the command line makes them, also when it is killed.</summary>
public sealed class BoxTests : IDisposable
{
    private readonly TestHome _home = new();

    public BoxTests() => Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);

    private string Boxes => Path.Combine(_home.StateDirectory, "boxes");

    public void Dispose()
    {
        // What a failed test has left.
        foreach (var process in Marked())
            ProcessRun.RunAsync(["kill", "-9", Path.GetFileName(process)]).GetAwaiter().GetResult();
        _home.Dispose();
    }

    [Fact]
    public async Task Killed_at_any_moment_nothing_of_it_is_left()
    {
        _home.AddSource("s", "type=box\nmaximum=4");
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 10; round++)
        {
            using var victim = _home.StartCrcache("acquire", "-s", "s", "2");
            await Task.Delay(random.Next(50, 400), TestContext.Current.CancellationToken);
            victim.Kill();
            await victim.WaitAsync();
        }

        (await _home.CrcacheAsync("gc", "--apply")).Success();
        foreach (var line in (await _home.CrcacheAsync("status", "-v", "s")).Success().OutputLines.Where(l => l.Contains("  leased  ", StringComparison.Ordinal)))
            (await _home.CrcacheAsync("release", line.Trim().Split(' ')[0])).Success();

        Assert.True(!Directory.Exists(Boxes) || Directory.GetFileSystemEntries(Boxes).Length == 0, $"seed {seed}");
        Assert.Empty(Marked());
    }

    [Fact]
    public async Task Killed_when_it_was_made_and_not_yet_handed_out_it_is_discarded()
    {
        _home.AddSource("s", "type=box\nmaximum=1");
        var hook = _home.AddHook("s", "provision.d", "10-crash", "kill -9 $PPID");
        Assert.Equal(137, (await _home.CrcacheAsync("acquire", "-s", "s")).ExitCode);
        Assert.NotEmpty(Marked());

        File.Delete(hook);
        (await _home.CrcacheAsync("gc", "--apply")).Success();

        Assert.Empty(Marked());
        Assert.Empty(Directory.GetFileSystemEntries(Boxes));
    }

    [Fact]
    public async Task Hooks_use_a_box_that_was_made_anew()
    {
        _home.AddSource("s", "type=box\nmaximum=1\nreserve=1");
        foreach (var stage in (string[])["provision.d", "reset.d"])
            _home.AddHook("s", stage, "10-use", $"'{Crcache.Program}' run $1 sh -c 'echo {stage} >> /tmp/log'");

        (await _home.CrcacheAsync("acquire", "-s", "s")).Success();
        (await _home.CrcacheAsync("run", "s-0", "touch", "/tmp/mine")).Success();
        (await _home.CrcacheAsync("release", "s-0")).Success();
        (await _home.CrcacheAsync("acquire", "-s", "s")).Success();

        Assert.Equal("provision.d\nreset.d\n", (await _home.CrcacheAsync("run", "s-0", "sh", "-c", "cat /tmp/log; test ! -e /tmp/mine")).Success().Output);
    }

    [Fact]
    public async Task A_terminal_comes_through()
    {
        Assert.SkipWhen(Requirement.Script.IsMissing(out var reason), reason);
        _home.AddSource("s", "type=box\nmaximum=1");
        await _home.AcquireAsync("s");

        var result = await Terminal.RunAsync($"stty rows 33 cols 77; {Crcache.Program} run s-0 sh -c 'test -t 0 && test -t 1 && stty size && exit 5'", _home.Environment, _home.Project);

        Assert.Equal((5, "33 77"), (result.ExitCode, result.Output.Trim()));
        (await _home.CrcacheAsync("release", "s-0")).Success();
    }

    [Fact]
    public async Task Another_user_needs_no_rights()
    {
        Assert.SkipWhen(Requirement.Root.IsMissing(out var reason), reason);
        Assert.SkipWhen(Requirement.UserNamespaces.IsMissing(out reason), reason);
        _home.AddSource("s", "type=box\nmaximum=1");
        File.SetUnixFileMode(_home.Path, (UnixFileMode)0b111_101_101);
        (await ProcessRun.RunAsync(["chown", "-R", "nobody", _home.Path])).Success();
        Task<ProcessResult> AsNobody(params string[] arguments) => ProcessRun.RunAsync(
            ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", Crcache.Program, .. arguments], _home.Environment, _home.Project);

        (await AsNobody("acquire", "-s", "s")).Success();
        Assert.Equal("nobody\ns-0\n", (await AsNobody("run", "s-0", "sh", "-c", "id -un; hostname; touch \"$HOME/x\" /tmp/x /run/lock/x; mkdir -m 0 /tmp/closed")).Success().Output);
        Assert.Equal(7, (await AsNobody("run", "s-0", "sh", "-c", "test -e /tmp/x && exit 7")).ExitCode);
        (await AsNobody("release", "s-0")).Success();

        Assert.Empty(Marked());
        Assert.Empty(Directory.GetFileSystemEntries(Boxes));
    }

    private List<string> Marked()
    {
        List<string> found = [];
        foreach (var process in Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                if (File.ReadAllText($"{process}/environ").Contains($"CRCACHE_BOX={Boxes}", StringComparison.Ordinal))
                    found.Add(process);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }

        return found;
    }
}
