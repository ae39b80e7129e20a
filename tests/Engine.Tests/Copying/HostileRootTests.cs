using System.Runtime.InteropServices;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Whoever is in a resource may do as he likes with what is in its root, at any time. Nothing outside is read or written.</summary>
public sealed partial class HostileRootTests : IDisposable
{
    private const int Tries = 200;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _root;
    private readonly string _outside;

    public HostileRootTests()
    {
        _root = Directory.CreateDirectory(_directory.Combine("root")).FullName;
        _outside = Directory.CreateDirectory(_directory.Combine("outside")).FullName;
        _directory.Write("outside/file", "secret");
        _directory.Write("file", "sent");
        _directory.Write("tree/sub/file", "sent");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("/dir/file", "file")]
    [InlineData("/dir", "file")]
    [InlineData("/", "dir")]
    [InlineData("/deep/../dir/file", "file")]
    public async Task A_directory_that_turns_into_a_link_meanwhile_leads_nobody_out(string destination, string source)
    {
        Directory.CreateDirectory(Path.Combine(_root, "deep"));
        Directory.Move(_directory.Combine("tree"), _directory.Combine("dir"));
        var sent = 0;
        await WhileSwappingAsync("dir", async () =>
        {
            // New each time, so that it is sent.
            _directory.Write("file", $"sent {++sent}");
            _directory.Write("dir/sub/file", $"sent {sent}");
            await CopyAsync(new(null, _directory.Combine(source)), new(new("r"), destination));
            Assert.Equal(["file"], Directory.GetFileSystemEntries(_outside).Select(Path.GetFileName));
            Assert.Equal("secret", await File.ReadAllTextAsync(Path.Combine(_outside, "file"), Token));
        });
    }

    [Theory]
    [InlineData("/dir/file")]
    [InlineData("/dir")]
    [InlineData("/dir/.")]
    [InlineData("/.")]
    public async Task What_is_read_is_never_of_outside(string source)
    {
        Directory.CreateDirectory(Path.Combine(_root, "dir"));
        await File.WriteAllTextAsync(Path.Combine(_root, "dir", "file"), "public", Token);
        await WhileSwappingAsync("dir", async () =>
        {
            var to = Directory.CreateDirectory(_directory.Combine("to")).FullName;
            await CopyAsync(new(new("r"), source), new(null, to));

            // A link arrives as one, and leads where it leads.
            foreach (var file in Directory.EnumerateFiles(to, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
                Assert.Equal("public", await File.ReadAllTextAsync(file, Token));
            Directory.Delete(to, recursive: true);
        });
    }

    [Fact]
    public async Task A_file_that_turns_into_a_link_meanwhile_is_not_read_through_it()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "name"), "public", Token);
        await WhileSwappingAsync("name", async () =>
        {
            var to = _directory.Combine("got");
            await CopyAsync(new(new("r"), "/name"), new(null, to));
            if (new FileInfo(to) is { Exists: true, LinkTarget: null })
                Assert.Equal("public", await File.ReadAllTextAsync(to, Token));
            File.Delete(to);
        },
        target: Path.Combine(_outside, "file"));
    }

    [Fact]
    public async Task A_root_in_a_root_is_found_as_the_outer_one_has_it()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "inner"), _outside);
        Route[] steps = [new() { Prefix = ["x"], BaseDirectory = _root }, new() { Prefix = ["x"], BaseDirectory = "/inner" }];

        await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(new(null, _directory.Combine("file")), new(new("r"), "/new"), steps));
        Directory.CreateDirectory(_root + _outside);
        await CopyAsync(new(null, _directory.Combine("file")), new(new("r"), "/new"), steps);

        Assert.False(File.Exists(Path.Combine(_outside, "new")));
        Assert.Equal("sent", await File.ReadAllTextAsync($"{_root}{_outside}/new", Token));
    }

    [Fact]
    public async Task The_root_of_another_process_that_has_got_the_number_is_not_touched()
    {
        var to = _directory.Combine("new");
        Route gone = new() { Prefix = ["false"], BaseDirectory = $"/proc/{Environment.ProcessId}/root", BaseProcessStart = 1 };

        await Assert.ThrowsAsync<ResourceException>(() => CopyAsync(new(null, _directory.Combine("file")), new(new("r"), to), gone));
        Assert.False(File.Exists(to));

        await CopyAsync(
            new(null, _directory.Combine("file")), new(new("r"), to), gone with { BaseProcessStart = ProcessStatus.Of(Environment.ProcessId)!.Value.Started });
        Assert.True(File.Exists(to));
    }

    private Task<CopyReport> CopyAsync(CopyPath from, CopyPath to) => CopyAsync(from, to, new Route { Prefix = ["chroot", "x"], BaseDirectory = _root });

    private static Task<CopyReport> CopyAsync(CopyPath from, CopyPath to, params Route[] steps) =>
        new FileCopier(new RouteResolver(r => new(r.Name, steps))).CopyAsync([from], to, Token);

    /// <summary>Does something again and again, which may be refused, while a name in the root is now itself and now a link to outside.</summary>
    private async Task WhileSwappingAsync(string name, Func<Task> act, string? target = null)
    {
        var (path, away, link) = (Path.Combine(_root, name), Path.Combine(_root, "away"), Path.Combine(_root, "link"));
        if (!Path.Exists(path))
            Directory.CreateDirectory(path);
        File.CreateSymbolicLink(link, target ?? _outside);
        using CancellationTokenSource stop = new();
        var swapping = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    Rename(path, away);
                    Rename(link, path);
                    Rename(path, link);
                    Rename(away, path);
                }
            },
            Token);
        try
        {
            for (var i = 0; i < Tries; i++)
            {
                try
                {
                    await act();
                }
                catch (CrCacheException)
                {
                    // Refused: what was asked for was not there just then.
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await swapping;
        }
    }

    // .NET has one for files and one for directories.
    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
