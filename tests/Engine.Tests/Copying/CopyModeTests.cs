using System.Globalization;
using CrCache.Routes;
using CsCheck;

namespace CrCache.Copying;

/// <summary>However files are put in place, what is there afterwards is what was sent.</summary>
public sealed class CopyModeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Any_tree_is_the_same_in_any_mode()
    {
        var there = Directory.CreateDirectory(_directory.Combine("there")).FullName;
        await Gen.Select(AnyTree.Gen, Gen.Enum<CopyMode>(), Gen.Bool).SampleAsync(
            async (files, mode, rooted) =>
            {
                var name = Path.GetRandomFileName();
                AnyTree.Make(_directory.Combine(name), files);
                Route route = new() { CopyMode = mode, Prefix = rooted ? ["no-such-program"] : [], BaseDirectory = rooted ? there : null };

                var report = await Copier(route).CopyAsync([new(null, _directory.Combine(name))], new(new("r"), rooted ? "/" : there), Token);

                Assert.Equal(Content(_directory.Combine(name)), Content($"{there}/{name}"));
                Assert.True(report.Files == report.Sent, "all of it was new");
            },
            iter: 60,
            threads: 1);
    }

    [Theory]
    [InlineData(CopyMode.Copy)]
    [InlineData(CopyMode.Reflink)]
    [InlineData(CopyMode.Hardlink)]
    [InlineData(CopyMode.Symlink)]
    public async Task A_copy_that_is_given_up_leaves_each_file_old_or_new(CopyMode mode)
    {
        const int files = 60;
        string old = new('o', 100_000), renewed = new('n', 200_000);
        for (var i = 0; i < files; i++)
        {
            _directory.Write($"from/{i}", renewed);
            _directory.Write($"to/from/{i}", old);
        }

        for (var after = 1; after < files; after += 7)
        {
            using CancellationTokenSource cancel = new();
            var last = _directory.Combine("to", "from", $"{after}");
            var copy = Task.Run(() => Copier(new() { CopyMode = mode }).CopyAsync([new(null, _directory.Combine("from"))], new(new("r"), _directory.Combine("to")), cancel.Token), Token);
            await Eventually.True(() => copy.IsCompleted || new FileInfo(last).LinkTarget is not null || new FileInfo(last).Length == renewed.Length);
            await cancel.CancelAsync();
            await copy.ContinueWith(_ => { }, TaskScheduler.Default);

            Assert.All(Enumerable.Range(0, files), i => Assert.Contains(File.ReadAllText(_directory.Combine("to", "from", $"{i}")), new[] { old, renewed }));
            Assert.Equal(files, Directory.GetFileSystemEntries(_directory.Combine("to", "from")).Length);
        }
    }

    [Fact]
    public async Task Holes_stay_holes()
    {
        var source = _directory.Combine("sparse");
        await using (var file = File.Create(source))
        {
            file.SetLength(64 * 1024 * 1024);
            file.Position = 20 * 1024 * 1024;
            file.Write("middle"u8);
        }

        Assert.SkipWhen(await BlocksAsync(source) > 10_000, "this file system has no holes");

        await Copier(new()).CopyAsync([new(null, source)], new(new("r"), _directory.Combine("copy")), Token);

        Assert.True(await BlocksAsync(_directory.Combine("copy")) < 10_000, "the holes were filled");
        Assert.Equal(await File.ReadAllBytesAsync(source, Token), await File.ReadAllBytesAsync(_directory.Combine("copy"), Token));
    }

    [Fact]
    public async Task A_file_of_the_kernels_that_says_it_is_empty_is_copied_with_what_it_holds()
    {
        await Copier(new()).CopyAsync([new(null, "/proc/sys/kernel/ostype")], new(new("r"), _directory.Combine("copy")), Token);

        Assert.Equal("Linux\n", await File.ReadAllTextAsync(_directory.Combine("copy"), Token));
    }

    [Fact]
    public async Task From_one_file_system_to_another_all_arrives()
    {
        Assert.SkipWhen(!Directory.Exists("/dev/shm"), "no second file system at /dev/shm");
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(_directory.Combine("file"), content, Token);
        var other = $"/dev/shm/{Path.GetFileName(_directory.Path)}";
        try
        {
            await Copier(new() { CopyMode = CopyMode.Reflink }).CopyAsync([new(null, _directory.Combine("file"))], new(new("r"), other), Token);

            Assert.Equal(content, await File.ReadAllBytesAsync(other, Token));
        }
        finally
        {
            File.Delete(other);
        }
    }

    [Theory]
    [InlineData(CopyMode.Copy)]
    [InlineData(CopyMode.Reflink)]
    public async Task Blocks_are_shared_where_the_file_system_can_until_one_is_written(CopyMode mode)
    {
        Assert.SkipWhen(Requirement.Btrfs.IsMissing(out var reason), reason);
        var (image, place) = (_directory.Combine("image"), Directory.CreateDirectory(_directory.Combine("place")).FullName);

        // Mounted for one process, so that it is gone with it.
        using var holder = ProcessRun.Start([
            "unshare", "--mount", "sh", "-ec", "truncate -s 128M \"$1\"; mkfs.btrfs -q \"$1\" >/dev/null; mount -o loop \"$1\" \"$2\"; head -c 1000000 /dev/urandom >\"$2/file\"; echo $$; exec sleep 600", "sh", image, place]);
        var id = await Eventually.Get(() => holder.OutputSoFar.EndsWith('\n') ? holder.OutputSoFar.TrimEnd() : holder.HasExited ? throw new InvalidOperationException(holder.ErrorSoFar) : null);
        Route route = new() { CopyMode = mode, Prefix = ["no-such-program"], BaseDirectory = $"/proc/{id}/root", BaseProcessStart = ProcessStatus.Of(int.Parse(id, CultureInfo.InvariantCulture))!.Value.Started };

        await Copier(route).CopyAsync([new(new("r"), $"{place}/file")], new(new("r"), $"{place}/copy"), Token);

        var seen = $"/proc/{id}/root{place}";
        var extents = (await ProcessRun.RunAsync(["filefrag", "-sv", $"{seen}/copy"])).Success().Output;
        Assert.Contains("shared", extents, StringComparison.Ordinal);
        await File.AppendAllTextAsync($"{seen}/copy", "more", Token);
        Assert.Equal(1_000_000, new FileInfo($"{seen}/file").Length);
    }

    private static FileCopier Copier(Route route) => new(new RouteResolver(r => new(r.Name, [route])));

    private static async Task<long> BlocksAsync(string path) =>
        long.Parse((await ProcessRun.RunAsync(["stat", "-c", "%b", path])).Success().Output, CultureInfo.InvariantCulture);

    /// <summary>What whoever reads it gets: links are followed.</summary>
    private static List<string> Content(string root) =>
    [
        .. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(p => $"{p[root.Length..]} {File.GetUnixFileMode(p)} {(Directory.Exists(p) ? "" : Convert.ToHexString(File.ReadAllBytes(p)))}"),
    ];
}
