using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Copies to resources whose files this machine sees itself.</summary>
public sealed class SharedFileSystemTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_hard_link_is_the_same_file()
    {
        var source = _directory.Write("tree/file", "x");
        Directory.CreateDirectory(_directory.Combine("to"));

        Assert.Equal(new CopyReport(1, 1, 0), await CopyAsync(new() { CopyMode = CopyMode.Hardlink }, _directory.Combine("tree"), _directory.Combine("to")));
        Assert.Equal(0, (await CopyAsync(new() { CopyMode = CopyMode.Hardlink }, _directory.Combine("tree"), _directory.Combine("to"))).Sent);

        await File.AppendAllTextAsync(source, "y");
        Assert.Equal("xy", await File.ReadAllTextAsync(_directory.Combine("to", "tree", "file")));
    }

    [Fact]
    public async Task What_draws_from_a_resource_is_copied_to_as_that_and_what_is_layered_on_it_as_itself()
    {
        var source = _directory.Write("file", "x");
        Directory.CreateDirectory(_directory.Combine("root"));
        Route lower = new() { CopyMode = CopyMode.Symlink };
        FileCopier drawn = new(new RouteResolver(r => new(r.Name, [lower, new()])));
        FileCopier layered = new(new RouteResolver(r => new(r.Name, [lower, new() { Prefix = ["env"], BaseDirectory = "/" }])));

        await drawn.CopyAsync([new(null, source)], new(new("r"), _directory.Combine("drawn")), default);
        await layered.CopyAsync([new(null, source)], new(new("r"), _directory.Combine("layered")), default);

        Assert.Equal(source, new FileInfo(_directory.Combine("drawn")).LinkTarget);
        Assert.Null(new FileInfo(_directory.Combine("layered")).LinkTarget);
    }

    [Fact]
    public async Task A_hard_link_gives_way_to_a_copy_where_there_can_be_none()
    {
        Assert.SkipWhen(!Directory.Exists("/dev/shm"), "no second file system at /dev/shm");
        var source = _directory.Write("file", "x");
        var other = $"/dev/shm/{Path.GetFileName(_directory.Path)}";
        try
        {
            await CopyAsync(new() { CopyMode = CopyMode.Hardlink }, source, other);

            await File.AppendAllTextAsync(source, "y");
            Assert.Equal("x", await File.ReadAllTextAsync(other));
        }
        finally
        {
            File.Delete(other);
        }
    }

    [Fact]
    public async Task A_symbolic_link_leads_to_the_senders_file()
    {
        var source = _directory.Write("tree/sub/file", "x");
        Directory.CreateDirectory(_directory.Combine("to"));

        await CopyAsync(new() { CopyMode = CopyMode.Symlink }, _directory.Combine("tree"), _directory.Combine("to"));

        Assert.Equal(source, new FileInfo(_directory.Combine("to", "tree", "sub", "file")).LinkTarget);
        Assert.Null(new FileInfo(_directory.Combine("to", "tree", "sub")).LinkTarget);
    }

    [Fact]
    public async Task Relative_paths_on_a_resource_count_from_where_its_commands_start()
    {
        var source = _directory.Write("file", "x");
        var start = Directory.CreateDirectory(_directory.Combine("start")).FullName;
        Directory.CreateDirectory(_directory.Combine("root", "start"));

        await CopyAsync(new() { WorkingDirectory = start }, source, "name");
        await CopyAsync(new() { Prefix = ["chroot", "x"], BaseDirectory = _directory.Combine("root"), WorkingDirectory = "/start" }, source, "name");
        await CopyAsync(new() { Prefix = ["env"], WorkingDirectory = start }, source, "other");

        Assert.Equal(["name", "other"], Directory.GetFiles(start).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(_directory.Combine("root", "start", "name")));
    }

    [Theory]
    [InlineData("/absolute")]
    [InlineData("/up")]
    [InlineData("/../../escape")]
    [InlineData("/loop/x")]
    public async Task Links_of_a_resource_lead_nowhere_outside_its_root(string path)
    {
        var root = Directory.CreateDirectory(_directory.Combine("root")).FullName;
        var outside = Directory.CreateDirectory(_directory.Combine("outside")).FullName;
        File.CreateSymbolicLink(Path.Combine(root, "absolute"), outside);
        File.CreateSymbolicLink(Path.Combine(root, "up"), "../outside");
        File.CreateSymbolicLink(Path.Combine(root, "loop"), "loop");
        var source = _directory.Write("file", "x");

        try
        {
            await CopyAsync(new() { Prefix = ["chroot", "x"], BaseDirectory = root }, source, path);
        }
        catch (ResourceException)
        {
            // There is no such directory inside.
        }

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.False(File.Exists(_directory.Combine("escape")));
    }

    [Fact]
    public async Task A_file_that_does_not_fit_leaves_the_old_one_and_nothing_besides()
    {
        var source = _directory.Write("file", new string('x', 1_000_000));
        var to = _directory.Write("to/file", "old");
        Route narrow = new() { Prefix = ["sh", "-c", "ulimit -f 100; exec \"$@\"", "sh"] };

        var failure = await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(narrow, source, to));

        Assert.Equal(ErrorCodes.CopyFailed, failure.Code);
        Assert.Equal("old", await File.ReadAllTextAsync(to));
        Assert.Single(Directory.GetFileSystemEntries(_directory.Combine("to")));
    }

    [Fact]
    public async Task A_full_disk_is_told_with_the_files_name()
    {
        // A full file system cannot be had without mounting one; tar says the same of a device that is full.
        var source = _directory.Write("file", "x");
        Directory.CreateDirectory(_directory.Combine("to"));
        var tools = _directory.Write("tools/tar", "#!/bin/sh\necho 'tar: f/file: Cannot write: No space left on device' >&2\nexit 2\n");
        File.SetUnixFileMode(tools, (UnixFileMode)0b111_101_101);
        Route full = new() { Prefix = ["env", $"PATH={Path.GetDirectoryName(tools)}:{Environment.GetEnvironmentVariable("PATH")}"] };

        var failure = await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(full, source, _directory.Combine("to")));

        Assert.Contains("file: cannot write: No space left on device", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Combine("to")));
    }

    private static Task<CopyReport> CopyAsync(Route route, string source, string destination) =>
        new FileCopier(new RouteResolver(r => new(r.Name, [route]))).CopyAsync([new(null, source)], new(new("r"), destination), default);
}
