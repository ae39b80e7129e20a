namespace CrCache.Copying;

/// <summary>What a copy leaves out, deletes, compares and compresses, whatever the way.</summary>
public abstract class CopyOptionsContract : CopyLab
{
    [Fact]
    public async Task What_the_source_has_not_is_deleted_from_the_directory_copied_to_and_nowhere_else()
    {
        Write("tree/kept", "x");
        Write("tree/sub/kept", "x");
        await ToAsync(["tree"], "");
        foreach (var path in new[] { "../there/outside", "../there/tree/gone", "../there/tree/sub/-rf", "../there/tree/old/deep/file", "../there/tree/new\nline/file" })
            Write(path, "y");
        foreach (var directory in Directory.GetDirectories(There, "*", SearchOption.AllDirectories).Append(There))
            File.SetUnixFileMode(directory, Open);

        var report = await CopyAsync([$"{Here}/tree"], $"r:{Far}", new CopyOptions { Delete = true });

        Assert.Equal(4, report.Deleted);
        Assert.Equal(Names($"{Here}/tree"), Names($"{There}/tree"));
        Assert.True(File.Exists($"{There}/outside"));
        Assert.Equal(0, (await CopyAsync([$"{Here}/tree"], $"r:{Far}", new CopyOptions { Delete = true })).Deleted);
    }

    [Fact]
    public async Task What_is_in_a_directory_alone_can_be_made_the_same()
    {
        Write("tree/kept", "x");
        Write("../there/gone", "y");
        Write("../there/file/below", "y");
        File.SetUnixFileMode($"{There}/file", Open);

        await CopyAsync([$"{Here}/tree/."], $"r:{Far}", new CopyOptions { Delete = true });
        Assert.Equal(["kept"], Names(There));
        await CopyAsync([$"r:{Far}/."], $"{Here}/tree", new CopyOptions { Delete = true });
        Assert.Equal(["kept"], Names($"{Here}/tree"));
    }

    [Fact]
    public async Task No_link_is_followed_to_delete()
    {
        Write("outside/precious", "x");
        Directory.CreateDirectory($"{Here}/tree/sub");
        Directory.CreateDirectory($"{There}/tree");
        File.CreateSymbolicLink($"{There}/tree/link", $"{Here}/outside");
        File.CreateSymbolicLink($"{There}/tree/sub", $"{Here}/outside");
        File.SetUnixFileMode($"{There}/tree", Open);

        await CopyAsync([$"{Here}/tree"], $"r:{Far}", new CopyOptions { Delete = true });

        Assert.Equal(["sub"], Names($"{There}/tree"));
        Assert.Null(new FileInfo($"{There}/tree/sub").LinkTarget);
        Assert.Equal(["precious"], Names($"{Here}/outside"));
    }

    [Fact]
    public async Task With_deletion_a_file_takes_a_directorys_place_and_the_other_way_round()
    {
        Write("x/a", "file");
        Write("x/b/c", "in a directory");
        Write("../there/x/a/below", "y");
        Write("../there/x/b", "y");
        foreach (var directory in Directory.GetDirectories(There, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(directory, Open);

        await CopyAsync([$"{Here}/x"], $"r:{Far}", new CopyOptions { Delete = true });

        Assert.Equal("file", File.ReadAllText($"{There}/x/a"));
        Assert.Equal("in a directory", File.ReadAllText($"{There}/x/b/c"));
    }

    [Fact]
    public async Task What_is_left_out_is_neither_sent_nor_deleted()
    {
        foreach (var path in new[] { "tree/a.o", "tree/a.c", "tree/obj/x", "tree/sub/b.o", "tree/sub/obj/y", "../there/tree/old.o", "../there/tree/sub/obj/z", "../there/tree/gone" })
            Write(path, "x");
        foreach (var directory in Directory.GetDirectories(There, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(directory, Open);
        CopyOptions options = new() { Delete = true, Exclude = ["*.o", "obj/", "!b.o"] };

        await CopyAsync([$"{Here}/tree"], $"r:{Far}", options);
        Assert.Equal(["a.c", "old.o", "sub", "sub/b.o", "sub/obj", "sub/obj/z"], Names($"{There}/tree"));

        Write("../there/tree/.crcacheignore", "/sub/*\n*.o\n");
        await CopyAsync([$"r:{Far}/tree"], $"{Here}/back", options with { Exclude = ["!old.o"] });
        Assert.Equal([".crcacheignore", "a.c", "old.o", "sub"], Names($"{Here}/back"));
    }

    [Fact]
    public async Task A_source_that_is_named_is_left_out_if_its_name_is()
    {
        Write("a.o", "x");
        Write("a.c", "x");

        Assert.Equal(1, (await CopyAsync([$"{Here}/a.o", $"{Here}/a.c"], $"r:{Far}/", new CopyOptions { Exclude = ["*.o"] })).Files);
        Assert.Equal(0, (await CopyAsync([$"{Here}/a.o"], $"r:{Far}/", new CopyOptions { Exclude = ["*.o"] })).Files);
        await Assert.ThrowsAsync<UsageException>(() => CopyAsync([$"{Here}/a.o"], $"r:{Far}/", new CopyOptions { Exclude = [""] }));
    }

    [Fact]
    public async Task A_trial_says_what_would_be_done_and_does_nothing()
    {
        Write("tree/new", "x");
        Write("tree/changed", "longer");
        Write("../there/tree/changed", "x");
        Write("../there/tree/gone", "x");
        File.SetUnixFileMode($"{There}/tree", Open);
        var before = TreeSnapshot.Of(There);

        var report = await CopyAsync([$"{Here}/tree"], $"r:{Far}", new CopyOptions { Delete = true, DryRun = true });

        Assert.Equal(before, TreeSnapshot.Of(There));
        var far = Far.TrimEnd('/');
        Assert.Equal(
            [new(CopyChangeKind.Delete, $"r:{far}/tree/gone"), new(CopyChangeKind.Update, $"r:{far}/tree"), new(CopyChangeKind.Update, $"r:{far}/tree/changed"), new(CopyChangeKind.Create, $"r:{far}/tree/new")],
            report.Changes.OrderBy(c => c.Kind != CopyChangeKind.Delete).ThenBy(c => c.Path, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Other_content_of_the_same_size_and_time_is_seen_where_it_is_looked_for()
    {
        foreach (var name in new[] { "a", "b\nc", "-d", "e" })
            Write($"tree/{name}", "first");
        await ToAsync(["tree"], "");
        var time = File.GetLastWriteTimeUtc($"{Here}/tree/b\nc");
        File.WriteAllText($"{Here}/tree/b\nc", "other");
        File.SetLastWriteTimeUtc($"{Here}/tree/b\nc", time);

        Assert.Equal(0, (await ToAsync(["tree"], "")).Sent);
        Assert.Equal(1, (await CopyAsync([$"{Here}/tree"], $"r:{Far}", new CopyOptions { Checksum = true })).Sent);
        Assert.Equal("other", File.ReadAllText($"{There}/tree/b\nc"));
        Assert.Equal(0, (await CopyAsync([$"r:{Far}/tree/."], $"{Here}/tree", new CopyOptions { Checksum = true })).Sent);
    }

    [Fact]
    public async Task What_is_compressed_on_the_way_arrives_as_it_was()
    {
        MakeTree("tree");

        await CopyAsync([$"{Here}/tree"], $"r:{Far}", new CopyOptions { Compress = true });
        await CopyAsync([$"r:{Far}/tree"], $"{Here}/back", new CopyOptions { Compress = true });

        Assert.Equal(Snapshot($"{Here}/tree"), Snapshot($"{There}/tree"));
        Assert.Equal(Snapshot($"{Here}/tree"), Snapshot($"{Here}/back"));
    }

    [Fact]
    public async Task How_far_it_is_is_told()
    {
        Write("tree/large", new string('x', 30_000_000));
        Write("tree/small", "x");
        Reports told = new();

        await CopyAsync([$"{Here}/tree"], $"r:{Far}", new CopyOptions { Progress = told });

        Assert.NotEmpty(told.All);
        Assert.All(told.All, p => Assert.Equal((2, 30_000_001), (p.AllFiles, p.AllBytes)));
        Assert.All(told.All, p => Assert.InRange(p.Bytes, 0, 30_000_001));
        Assert.Equal(told.All.Select(p => p.Bytes).Order(), told.All.Select(p => p.Bytes));
    }

    [Theory]
    [InlineData("*.log", "a.log b.log")]
    [InlineData("[ab].log", "a.log b.log")]
    [InlineData("d?r/*", "inner it's")]
    [InlineData("*/in*", "inner")]
    [InlineData("$(touch pwned).*", null)]
    [InlineData("*;touch pwned", null)]
    [InlineData("`touch pwned`*", null)]
    [InlineData("no-such*", null)]
    public async Task A_pattern_on_a_resource_is_all_that_fits(string pattern, string? names)
    {
        foreach (var path in new[] { "a.log", "b.log", "c.txt", ".hidden.log", "dir/inner", "dir/it's" })
            Write($"../there/{path}", "x");
        File.SetUnixFileMode($"{There}/dir", Open);

        if (names is null)
            Assert.Contains("no such file", (await RefusedAsync(() => FromAsync([pattern], ""))).Message, StringComparison.Ordinal);
        else
            await FromAsync([pattern], "");

        Assert.Equal(names?.Split(' ') ?? [], Names(Here));
        Assert.False(File.Exists($"{There}/pwned"));
    }

    [Fact]
    public async Task A_file_whose_name_is_a_pattern_is_itself()
    {
        Write("../there/*", "star");
        Write("../there/other", "x");

        await FromAsync(["*"], "");

        Assert.Equal(["*"], Names(Here));
    }

    [Fact]
    public async Task A_file_with_holes_is_the_same_and_they_stay_holes_where_tar_knows_them()
    {
        // A tar that does not fills them, and five GiB are too many for a test.
        var length = (KnowsHoles ? 5000L : 20) * 1024 * 1024;
        long[] places = [length / 100, length / 2];
        await using (var file = File.Create($"{Here}/sparse"))
        {
            file.SetLength(length);
            foreach (var at in places)
            {
                file.Position = at;
                file.Write("data"u8);
            }
        }

        await ToAsync(["sparse"], "");
        await FromAsync(["sparse"], "back");

        foreach (var copy in new[] { $"{There}/sparse", $"{Here}/back" })
        {
            Assert.True(!KnowsHoles || await BlocksAsync(copy) < 10_000, "the holes were filled");
            await using var file = File.OpenRead(copy);
            Assert.Equal(length, file.Length);
            foreach (var at in places)
            {
                var read = new byte[6];
                file.Position = at - 1;
                file.ReadExactly(read);
                Assert.Equal("\0data\0"u8.ToArray(), read);
            }
        }
    }

    [Fact]
    public async Task Deep_trees_and_long_names_are_copied()
    {
        var path = $"{Here}/deep";
        for (var i = 0; i < Depth; i++)
            path += "/d";
        (await ProcessRun.RunAsync(["sh", "-c", "mkdir -p \"$1\" && echo bottom >\"$1/file\"", "sh", path])).Success();
        Write($"long/{new string('n', 250)}/{new string('m', 250)}", "x");
        File.CreateSymbolicLink($"{Here}/long/link", new string('t', 300));

        await ToAsync(["deep", "long"], "");
        await FromAsync(["deep", "long"], "");

        (await ProcessRun.RunAsync(["sh", "-c", "cmp \"$1/file\" \"$2/file\" && rm -r \"$3\" \"$4\"", "sh", path, path.Replace(Here, There, StringComparison.Ordinal), $"{Here}/deep", $"{There}/deep"])).Success();
        Assert.Equal(Snapshot($"{Here}/long"), Snapshot($"{There}/long"));
    }

    internal virtual bool KnowsHoles => true;

    internal virtual int Depth => 1000;

    private static IEnumerable<string> Names(string directory) =>
        Directory.EnumerateFileSystemEntries(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(p => Path.GetRelativePath(directory, p)).Order(StringComparer.Ordinal);

    private static async Task<long> BlocksAsync(string path) =>
        long.Parse((await ProcessRun.RunAsync(["stat", "-c", "%b", path])).Success().Output, System.Globalization.CultureInfo.InvariantCulture);

    private sealed class Reports : IProgress<CopyProgress>
    {
        public List<CopyProgress> All { get; } = [];

        public void Report(CopyProgress value) => All.Add(value);
    }
}
