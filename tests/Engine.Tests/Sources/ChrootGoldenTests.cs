using System.Globalization;

namespace CrCache.Sources;

/// <summary>The tree that chroots are clones of.</summary>
public sealed class ChrootGoldenTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public ChrootGoldenTests()
    {
        ChrootLab.Require();
        Assert.SkipWhen(BusyboxRoot.Requirement.IsMissing(out var reason), reason);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Log => _fixture.Home.Combine("log");

    private string Golden => Path.Combine(_fixture.Home.StateDirectory, "chroots", ".golden");

    public void Dispose()
    {
        ChrootLab.Sweep(_fixture.Home);
        _fixture.Dispose();
    }

    [Fact]
    public async Task It_is_made_once_however_many_want_it_at_once()
    {
        Add("cp -a $1/. {path}");
        var names = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _fixture.Acquire("s"))));

        Assert.Equal(8, names.SelectMany(n => n).Distinct().Count());
        Assert.Single(await File.ReadAllLinesAsync(Log, Token));
        await _fixture.Release([.. names.SelectMany(n => n)]);
        await _fixture.Acquire("s");
        Assert.Single(await File.ReadAllLinesAsync(Log, Token));
        Assert.Single(Directory.GetDirectories(Golden));
    }

    [Fact]
    public async Task One_that_failed_is_thrown_away_and_made_anew()
    {
        Add("cp -a $1/. \"{path}\"; touch {path}/half; test ! -e $2/fails");
        var fails = _fixture.Home.Combine("fails");
        await File.WriteAllTextAsync(fails, "", Token);
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));
        Assert.Empty(Directory.GetDirectories(Golden));

        File.Delete(fails);
        await _fixture.Acquire("s");
        Assert.Equal(2, (await File.ReadAllLinesAsync(Log, Token)).Length);
    }

    [Fact]
    public async Task Changed_settings_make_another_and_the_old_one_goes_with_its_last_user()
    {
        Add("cp -a $1/. {path}; echo 1 > {path}/version", "maximum=2\nreserve=2");
        await _fixture.Acquire("s");
        var old = Assert.Single(Directory.GetDirectories(Golden));
        Add("cp -a $1/. {path}; echo 2 > {path}/version", "maximum=2\nreserve=2");
        await _fixture.Acquire("s");

        Assert.Equal(["1", "2"], [await Version("s-0"), await Version("s-1")]);
        Assert.True(Directory.Exists(old));
        await _fixture.Release("s-0");
        Assert.Equal(["s-0"], await _fixture.Acquire("s"));
        Assert.Equal("2", await Version("s-0"));
        Assert.False(Directory.Exists(old));
        Assert.Single(Directory.GetDirectories(Golden));
    }

    [Fact]
    public async Task One_that_is_too_old_is_made_anew_and_goes_with_its_last_user()
    {
        Add("cp -a $1/. {path}; sed -n '$=' $2/log >{path}/version", "maximum=3\nreserve=3\ngolden_max_age=1h");
        Assert.Equal(2, (await _fixture.Acquire("s", 2)).Count);
        var old = Assert.Single(Directory.GetDirectories(Golden));
        Assert.Single(await File.ReadAllLinesAsync(Log, Token));
        old = await AgeAsync(old, "s-0", "s-1");

        await _fixture.Acquire("s");

        Assert.Equal(2, (await File.ReadAllLinesAsync(Log, Token)).Length);
        Assert.True(Directory.Exists(old));
        Assert.Equal(["1", "1", "2"], [await Version("s-0"), await Version("s-1"), await Version("s-2")]);
        _fixture.Home.AddSource("s", "type=local");
        await _fixture.Release("s-0", "s-1", "s-2");
        Assert.False(Directory.Exists(old));
        Assert.Single(Directory.GetDirectories(Golden));
    }

    [Fact]
    public async Task It_can_be_a_tarball_and_follows_that_when_it_changes()
    {
        var tarball = _fixture.Home.Combine("root.tar.gz");
        async Task Pack(string version)
        {
            var extra = _fixture.Home.Combine("extra");
            Directory.CreateDirectory(extra);
            await File.WriteAllTextAsync(Path.Combine(extra, "version"), version, Token);
            (await ProcessRun.RunAsync(["tar", "-czf", tarball, "-C", BusyboxRoot.Path, ".", "-C", extra, "version"])).Success();
        }

        await Pack("1");
        _fixture.Home.AddSource("s", $"type=chroot\ntarball={tarball}\nmaximum=1\nreserve=1");
        await _fixture.Acquire("s");
        Assert.Equal("1", await Version("s-0"));
        await Pack("22");
        await _fixture.Release("s-0");
        await _fixture.Acquire("s");
        Assert.Equal("1", await Version("s-0"));
        _fixture.Home.AddSource("s", $"type=chroot\ntarball={tarball}\nmaximum=1");
        await _fixture.Release("s-0");
        await _fixture.Acquire("s");
        Assert.Equal("22", await Version("s-0"));
        Assert.Single(Directory.GetDirectories(Golden));
    }

    [Fact]
    public async Task A_lock_whose_tree_is_gone_goes_as_well()
    {
        Add("cp -a $1/. {path}");
        await _fixture.Acquire("s");
        var left = Path.Combine(Golden, "0-0.lock");
        await File.WriteAllTextAsync(left, "", Token);
        await _fixture.Release("s-0");

        Assert.False(File.Exists(left));
        Assert.Single(Directory.GetFiles(Golden, "*.lock"));
    }

    [Fact]
    public async Task What_was_mounted_or_started_as_it_was_made_is_gone()
    {
        Add("cp -a $1/. {path}; mount -t tmpfs tmpfs {path}/mnt; touch {path}/mnt/x; sleep 300 >/dev/null 2>&1 &");
        await _fixture.Acquire("s");

        Assert.DoesNotContain(Golden, await File.ReadAllTextAsync("/proc/self/mountinfo", Token), StringComparison.Ordinal);
        var golden = Assert.Single(Directory.GetDirectories(Golden));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(golden, "tree", "mnt")));
    }

    [Fact]
    public async Task A_directory_with_odd_characters_is_one_word_everywhere()
    {
        var odd = _fixture.Home.Combine("o d'd \"$x\\");
        Add("cp -a $1/. {path}", $"directory={odd}");
        await _fixture.Acquire("s");
        await _fixture.Release("s-0");
        Assert.Equal([".golden"], Directory.GetFileSystemEntries(Assert.Single(Directory.GetDirectories(odd))).Select(Path.GetFileName));
    }

    /// <summary>Has it made an hour earlier.</summary>
    private async Task<string> AgeAsync(string golden, params string[] users)
    {
        var file = Assert.Single(Directory.GetFiles(Golden, "*.born"));
        var born = (await File.ReadAllTextAsync(file, Token)).Trim();
        var earlier = $"{long.Parse(born, CultureInfo.InvariantCulture) - 3600}";
        var aged = golden.Replace(born, earlier, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, $"{earlier}\n", Token);
        foreach (var user in users)
            await File.WriteAllTextAsync(Path.Combine(Golden, "..", user, "golden"), $"{Path.GetFileName(aged)}\n", Token);
        Directory.Move(golden, aged);
        return aged;
    }

    private async Task<string> Version(string name)
    {
        await using var running = await _fixture.Engine.Commands.StartAsync(new(name), new() { Arguments = ["cat", "/version"] }, Token);
        running.StandardInput.Close();
        using StreamReader output = new(running.StandardOutput);
        return (await output.ReadToEndAsync(Token)).Trim();
    }

    /// <summary>A source whose tree is made by a line in which $1 is a root file system and $2 the home.</summary>
    private void Add(string create, string more = "") => _fixture.Home.AddSource(
        "s",
        $"type=chroot\n{more}\ncreate=set -e; echo made >> {Log}; {create.Replace("$1", BusyboxRoot.Path, StringComparison.Ordinal).Replace("$2", _fixture.Home.Path, StringComparison.Ordinal)}");
}
