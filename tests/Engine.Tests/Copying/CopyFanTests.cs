using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>One tree to several resources at once.</summary>
public sealed class CopyFanTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FarTools _tools;
    private readonly Dictionary<string, Route> _routes = [];

    public CopyFanTests()
    {
        _tools = new(_directory);
        foreach (var name in new[] { "here", "far", "other" })
            _routes[name] = new() { Prefix = ["env"] };
        _routes["here"] = new() { Prefix = ["x"], BaseDirectory = Directory.CreateDirectory(_directory.Combine("root")).FullName };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("source")]
    public async Task Each_gets_all_of_it(string? from)
    {
        _routes["source"] = new() { Prefix = ["env"] };
        MakeTree();

        var outcomes = await CopyAsync(new(from is null ? null : new(from), _directory.Combine("tree")), Targets("here", "far", "other"));

        Assert.All(outcomes, o => Assert.Equal(302, o.Report!.Sent));
        foreach (var target in new[] { "root/to-here", "to-far", "to-other" })
            Assert.Equal(TreeSnapshot.Of(_directory.Combine("tree")), TreeSnapshot.Of(_directory.Combine($"{target}/tree")));
        Assert.All(await CopyAsync(new(null, _directory.Combine("tree")), Targets("here", "far", "other")), o => Assert.Equal(0, o.Report!.Sent));
    }

    [Fact]
    public async Task Each_gets_only_what_it_needs()
    {
        MakeTree();
        await CopyAsync(new(null, _directory.Combine("tree")), Targets("far"));
        File.Delete(_directory.Combine("to-far/tree/7"));

        var outcomes = await CopyAsync(new(null, _directory.Combine("tree")), Targets("far", "other"));

        Assert.Equal([1, 302], outcomes.Select(o => o.Report!.Sent));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("source")]
    public async Task One_that_fails_does_not_stop_the_others_and_is_named(string? from)
    {
        _routes["source"] = new() { Prefix = ["env"] };
        _routes["broken"] = _tools.WithTar("broken", "head -c 100000 >/dev/null; echo 'tar: f/tree/3: Cannot write: No space left on device' >&2; exit 2");
        MakeTree();
        var targets = Targets("far", "broken", "nowhere", "other");
        _routes["nowhere"] = new() { Prefix = ["no-such-program"] };

        var outcomes = await CopyAsync(new(from is null ? null : new(from), _directory.Combine("tree")), targets);

        Assert.Equal([true, false, false, true], outcomes.Select(o => o.Failure is null));
        Assert.Contains("broken:", outcomes[1].Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("No space left", outcomes[1].Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", outcomes[2].Failure!.Message, StringComparison.Ordinal);
        foreach (var target in new[] { "to-far", "to-other" })
            Assert.Equal(TreeSnapshot.Of(_directory.Combine("tree")), TreeSnapshot.Of(_directory.Combine($"{target}/tree")));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Combine("to-broken")));
    }

    [Fact]
    public async Task One_that_is_slow_does_not_hold_the_others_up()
    {
        var go = _directory.Combine("go");
        _routes["slow"] = _tools.WithTar("slow", $"while [ ! -e {go} ]; do sleep 0.05; done; exec $TAR \"$@\"");
        MakeTree();
        for (var i = 0; i < 40; i++)
            await File.WriteAllBytesAsync(_directory.Combine($"tree/big{i}"), new byte[1_000_000], Token);

        var copy = Task.Run(() => CopyAsync(new(null, _directory.Combine("tree")), Targets("slow", "far", "other")), Token);
        await Eventually.True(() => copy.IsCompleted || (Directory.Exists(_directory.Combine("to-far/tree")) && Directory.Exists(_directory.Combine("to-other/tree"))));
        Assert.False(copy.IsCompleted);
        Assert.False(Directory.Exists(_directory.Combine("to-slow/tree")));
        await File.WriteAllTextAsync(go, "", Token);
        await copy;

        Assert.Equal(TreeSnapshot.Of(_directory.Combine("tree")), TreeSnapshot.Of(_directory.Combine("to-slow/tree")));
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_is_told_to_each()
    {
        MakeTree();
        var go = _directory.Combine("go");
        _routes["slow"] = _tools.WithTar("slow", $"while [ ! -e {go} ]; do sleep 0.05; done; exec $TAR \"$@\"");

        await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(new(null, _directory.Combine("no-such")), Targets("far", "other")));
        await Assert.ThrowsAsync<UsageException>(() => CopyAsync(new(null, _directory.Combine("tree")), []));
    }

    private CopyPath[] Targets(params string[] names) => [.. names.Select(n =>
    {
        var root = _routes[n.Replace("nowhere", "far", StringComparison.Ordinal)].BaseDirectory;
        var there = Directory.CreateDirectory(root is null ? _directory.Combine($"to-{n}") : $"{root}/to-{n}").FullName;
        return new CopyPath(new(n), root is null ? there : $"/to-{n}");
    })];

    private void MakeTree()
    {
        for (var i = 0; i < 300; i++)
            _directory.Write($"tree/{i}", new string('x', i * 10));
        _directory.Write("tree/sub/large", new string('y', 3_000_000));
        File.CreateSymbolicLink(_directory.Combine("tree/link"), "7");
    }

    private Task<IReadOnlyList<CopyOutcome>> CopyAsync(CopyPath from, CopyPath[] to) =>
        new FileCopier(new RouteResolver(r => new(r.Name, [_routes[r.Name]]))).CopyAsync([from], to, new CopyOptions(), Token);
}
