using System.Globalization;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>A copy that goes wrong, at either end: one line that names the file, the old file in place, and nothing left for long.</summary>
public sealed class BrokenCopyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FarTools _tools;
    private readonly string _to;
    private ProcessRun? _holder;

    public BrokenCopyTests()
    {
        _tools = new(_directory);
        _to = Directory.CreateDirectory(_directory.Combine("to")).FullName;
        _directory.Write("to/file", "old");
        _directory.Write("file", new string('n', 1_000_000));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _holder?.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_tar_that_is_killed_leaves_the_old_file_and_nothing_else()
    {
        var route = _tools.WithTar("killed", "head -c 300000 >/dev/null; kill -9 $$");

        var failure = await RefusedAsync(route, _directory.Combine("file"));

        Assert.Contains("r:", failure.Message, StringComparison.Ordinal);
        Assert.Equal("old", await File.ReadAllTextAsync($"{_to}/file", Token));
        Assert.Equal(["file"], Names());
    }

    [Fact]
    public async Task An_archive_that_ends_between_two_files_is_not_put_in_place()
    {
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        foreach (var file in new[] { "tree/a", "tree/b" })
            File.SetLastWriteTimeUtc(_directory.Write(file, "x"), time);
        Directory.SetLastWriteTimeUtc(_directory.Combine("tree"), time);

        // A directory, a file and its content: tar takes the end of its input there for the archive's.
        var failure = await RefusedAsync(_tools.WithTar("cut", "head -c 1536 | $TAR \"$@\" && touch \"$4/../tar-is-content\""), _directory.Combine("tree"));

        Assert.Contains("cut off", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["file", "tar-is-content"], Names());
    }

    [Fact]
    public async Task A_script_that_is_killed_leaves_the_old_file_and_the_next_copy_tidies_up()
    {
        var route = _tools.WithTar("killed", "cd \"$4\" && mkdir f && head -c 300000 >f/file; kill -9 $PPID $$");
        await RefusedAsync(route, _directory.Combine("file"));
        Assert.Equal("old", await File.ReadAllTextAsync($"{_to}/file", Token));

        await CopyAsync(new() { Prefix = ["env"] }, _directory.Combine("file"));

        Assert.Equal(["file"], Names());
        Assert.Equal(1_000_000, new FileInfo($"{_to}/file").Length);
    }

    [Fact]
    public async Task What_a_copy_that_lives_works_in_stays()
    {
        var go = _directory.Combine("go");
        var slow = Task.Run(() => CopyAsync(_tools.WithTar("slow", $"while [ ! -e {go} ]; do sleep 0.05; done; exec $TAR \"$@\""), _directory.Combine("file")), Token);
        await Eventually.True(() => slow.IsCompleted || Names().Length > 1);
        _directory.Write("another", "x");

        await CopyAsync(new() { Prefix = ["env"] }, _directory.Combine("another"));
        await CopyAsync(new(), _directory.Combine("another"));
        await File.WriteAllTextAsync(go, "", Token);
        await slow;

        Assert.Equal(1_000_000, new FileInfo($"{_to}/file").Length);
        Assert.Equal(["another", "file"], Names());
    }

    [Fact]
    public async Task A_file_that_a_killed_copy_left_goes_and_one_that_is_being_filled_stays()
    {
        _directory.Write("to/.crcache-0123456789abcdef", "half");
        using var directory = HeldEntry.Directory(_to, follow: true);
        using var filled = LeftBehind.Make(directory!, ".crcache-fedcba9876543210");

        await CopyAsync(new(), _directory.Combine("file"));

        Assert.Equal([".crcache-fedcba9876543210", "file"], Names());
    }

    [Fact]
    public async Task What_a_killed_copy_left_is_neither_copied_nor_counted()
    {
        _directory.Write("tree/.crcache-0123456789abcdef", "half");
        _directory.Write("tree/file", "x");

        Assert.Equal(1, (await CopyAsync(new(), _directory.Combine("tree"))).Files);
        Assert.Equal(1, (await CopyAsync(new() { Prefix = ["env"] }, _directory.Combine("tree"))).Files);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_disk_is_told_with_the_files_name(bool far)
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);
        var disk = Directory.CreateDirectory(_directory.Combine("disk")).FullName;
        _holder = ProcessRun.Start(["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=400k none \"$1\" && echo old >\"$1/file\" && echo $$ && exec sleep 600", "sh", disk]);
        var id = await Eventually.Get(() => _holder.OutputSoFar.EndsWith('\n') ? _holder.OutputSoFar.TrimEnd() : null);
        Route route = far
            ? new() { Prefix = ["nsenter", $"--mount=/proc/{id}/ns/mnt", "--"] }
            : new() { Prefix = ["x"], BaseDirectory = $"/proc/{id}/root", BaseProcessStart = ProcessStatus.Of(int.Parse(id, CultureInfo.InvariantCulture))!.Value.Started };

        var failure = await Assert.ThrowsAsync<ResourceException>(() => Copier(route).CopyAsync([new(null, _directory.Combine("file"))], new(new("r"), disk), Token));

        Assert.Contains("file: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(far ? "is full" : "No space left on device", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["file"], Directory.GetFileSystemEntries($"/proc/{id}/root{disk}").Select(Path.GetFileName));
        Assert.Equal("old\n", await File.ReadAllTextAsync($"/proc/{id}/root{disk}/file", Token));
    }

    [Theory]
    [InlineData("nobody's", "Permission denied")]
    public async Task What_may_not_be_read_is_named(string name, string why)
    {
        UserLab.Require();
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_directory.Write($"tree/{name}", "secret"), UnixFileMode.UserRead);

        var failure = await Assert.ThrowsAsync<ResourceException>(() => Copier(UserLab.Route).CopyAsync([new(new("r"), _directory.Combine("tree"))], new(null, _to), Token));

        Assert.Contains($"tree/{name}", failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Where_nothing_may_be_put_is_named()
    {
        UserLab.Require();
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_to, (UnixFileMode)0b111_101_101);

        Assert.Contains("Permission denied", (await RefusedAsync(UserLab.Route, _directory.Combine("file"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_changes_while_it_is_read_is_named_and_the_old_file_stays()
    {
        var go = _directory.Combine("go");
        var started = _directory.Combine("started");
        var file = _directory.Write("file", new string('n', 5_000_000));
        var copy = Task.Run(() => RefusedAsync(_tools.WithTar("slow", $"touch {started}; while [ ! -e {go} ]; do sleep 0.05; done; exec $TAR \"$@\""), file), Token);
        await Eventually.True(() => copy.IsCompleted || File.Exists(started));
        await using (FileStream writer = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            writer.Write("other"u8);
        await File.WriteAllTextAsync(go, "", Token);

        Assert.Contains($"{file}: it changed while it was read", (await copy).Message, StringComparison.Ordinal);
        Assert.Equal("old", await File.ReadAllTextAsync($"{_to}/file", Token));
        await Eventually.True(() => Names().Length == 1);
    }

    [Theory]
    [InlineData("rm {0}")]
    [InlineData("rm {0}; mkfifo {0}")]
    [InlineData("echo short >{0}")]
    public async Task A_source_that_vanishes_or_changes_over_there_is_named(string change)
    {
        var file = _directory.Write("from/file", new string('n', 100_000));
        var route = _tools.WithTar("late", string.Format(CultureInfo.InvariantCulture, change, file) + "; exec $TAR \"$@\"");

        // What is shorter than it was listed is what it is now, and its time tells the next copy.
        var copy = Copier(route).CopyAsync([new(new("r"), file)], new(null, _to), Token);
        if (change.StartsWith("echo", StringComparison.Ordinal))
        {
            await copy;
            Assert.Equal("short\n", await File.ReadAllTextAsync($"{_to}/file", Token));
            return;
        }

        Assert.Contains(file, (await Assert.ThrowsAsync<ResourceException>(() => copy)).Message, StringComparison.Ordinal);
        Assert.Equal("old", await File.ReadAllTextAsync($"{_to}/file", Token));
    }

    [Theory]
    [InlineData("echo more >>{0}", true)]
    [InlineData("printf X | dd of={0} conv=notrunc 2>/dev/null", false)]
    [InlineData("echo short >{0}", false)]
    public async Task A_source_that_changes_over_there_while_it_is_read_is_named_unless_it_only_grows(string change, bool isFine)
    {
        var file = _directory.Write("from/file", new string('n', 3_000_000));

        // As much as a pipe holds has been read by then, and not all.
        var act = string.Format(CultureInfo.InvariantCulture, change, file);
        var copy = Copier(_tools.WithTar("late", $"$TAR \"$@\" | {{ head -c 100000; {act}; cat; }}\n$TAR --version >/dev/null")).CopyAsync([new(new("r"), file)], new(null, _to), Token);

        if (isFine)
        {
            await copy;
            Assert.Equal(3_000_000, new FileInfo($"{_to}/file").Length);
        }
        else
        {
            Assert.Contains($"{file}: it changed while it was read", (await Assert.ThrowsAsync<ResourceException>(() => copy)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_archive_that_is_cut_off_leaves_the_old_file()
    {
        var file = _directory.Write("from/file", new string('n', 1_000_000));

        await Assert.ThrowsAsync<ResourceException>(() => Copier(_tools.WithTar("cut", "$TAR \"$@\" | head -c 300000")).CopyAsync([new(new("r"), file)], new(null, _to), Token));

        Assert.Equal("old", await File.ReadAllTextAsync($"{_to}/file", Token));
        Assert.Equal(["file"], Names());
    }

    private static FileCopier Copier(Route route) => new(new RouteResolver(r => new(r.Name, [route])));

    private Task<CopyReport> CopyAsync(Route route, string file) => Copier(route).CopyAsync([new(null, file)], new(new("r"), _to), Token);

    private async Task<ResourceException> RefusedAsync(Route route, string file)
    {
        var failure = await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(route, file));
        Assert.Equal(ErrorCodes.CopyFailed, failure.Code);
        Assert.DoesNotContain('\n', failure.Message);
        return failure;
    }

    private string[] Names() => [.. Directory.GetFileSystemEntries(_to).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
}
