using CsCheck;

namespace CrCache.Copying;

/// <summary>What copying promises, whatever the way. A way joins by giving a route and a directory at its end.</summary>
public abstract class CopyContract : CopyLab
{
    [Fact]
    public async Task A_file_goes_into_a_directory_under_its_name()
    {
        Write("a", "text", mode: 0b110_100_000);

        Assert.Equal(new CopyReport(1, 1, 4), await ToAsync(["a"], ""));

        Assert.Equal(Snapshot($"{Here}/a"), Snapshot($"{There}/a"));
    }

    [Fact]
    public async Task A_file_goes_to_another_name_and_replaces_what_was_there()
    {
        Write("a", "new");
        Write("../there/b", "old");
        File.SetUnixFileMode($"{There}/b", Open);

        Assert.Equal(1, (await ToAsync(["a"], "b")).Sent);

        Assert.Equal("new", File.ReadAllText($"{There}/b"));
        Assert.Equal([$"{There}/b"], Directory.GetFileSystemEntries(There));
    }

    [Fact]
    public async Task A_tree_arrives_whole_and_comes_back_the_same()
    {
        MakeTree("tree");

        Assert.Equal(8, (await ToAsync(["tree"], "")).Files);
        Assert.Equal(Snapshot($"{Here}/tree"), Snapshot($"{There}/tree"));

        await FromAsync(["tree"], "back");
        Assert.Equal(Snapshot($"{There}/tree"), Snapshot($"{Here}/back"));
    }

    [Fact]
    public async Task Nothing_is_sent_where_nothing_changed()
    {
        MakeTree("tree");
        await ToAsync(["tree"], "");

        Assert.Equal(new CopyReport(8, KeepsTimes ? 0 : Links, 0), await ToAsync(["tree"], ""));
        await FromAsync(["tree"], "back");
        Assert.Equal(new CopyReport(8, 0, 0), await CopyAsync([$"r:{Far}/tree/."], $"{Here}/back"));
    }

    [Fact]
    public async Task Only_what_changed_is_sent_and_what_is_besides_stays()
    {
        MakeTree("tree");
        await ToAsync(["tree"], "");
        Write("tree/sub/file", "changed content");
        Write("tree/new/deep/file", "x");
        Write("../there/tree/sub/besides", "stays");
        File.SetUnixFileMode($"{There}/tree/sub/besides", Open);

        var report = await ToAsync(["tree"], "");

        Assert.Equal(2 + (KeepsTimes ? 0 : Links), report.Sent);
        Assert.Equal("changed content", File.ReadAllText($"{There}/tree/sub/file"));
        Assert.Equal("x", File.ReadAllText($"{There}/tree/new/deep/file"));
        Assert.Equal("stays", File.ReadAllText($"{There}/tree/sub/besides"));
        Assert.Empty(Directory.GetFileSystemEntries(There, ".crcache*"));
    }

    [Fact]
    public async Task A_directory_keeps_its_time_when_a_file_in_it_is_replaced()
    {
        MakeTree("tree");
        await ToAsync(["tree"], "");
        File.WriteAllText($"{Here}/tree/sub/file", "written in place");

        Assert.True((await ToAsync(["tree"], "")).Sent > 0);

        Assert.Equal(Snapshot($"{Here}/tree"), Snapshot($"{There}/tree"));
    }

    [Fact]
    public async Task What_is_in_a_directory_can_be_copied_without_it()
    {
        MakeTree("tree");

        await ToAsync(["tree/."], "");
        Assert.Equal(Snapshot($"{Here}/tree/sub"), Snapshot($"{There}/sub"));

        await FromAsync(["."], "all");
        Assert.Equal(Snapshot($"{There}/sub"), Snapshot($"{Here}/all/sub"));
    }

    [Fact]
    public async Task A_trailing_slash_is_as_with_cp()
    {
        MakeTree("tree");
        Directory.CreateSymbolicLink($"{Here}/link", "tree");

        await ToAsync(["tree/"], "new/");
        Assert.True(File.Exists($"{There}/new/sub/file"));
        await ToAsync(["link/"], "");
        Assert.True(File.Exists($"{There}/link/sub/file"));
        Assert.Null(new FileInfo($"{There}/link").LinkTarget);
        await ToAsync(["link"], "other");
        Assert.Equal("tree", new FileInfo($"{There}/other").LinkTarget);
        Write("file", "");
        Assert.Contains("missing/", (await RefusedAsync(() => ToAsync(["file"], "missing/"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_sources_go_into_a_directory_and_only_there()
    {
        Write("a", "1");
        Write("b", "2");

        Assert.Equal(2, (await ToAsync(["a", "b"], "")).Sent);

        await Assert.ThrowsAsync<UsageException>(() => ToAsync(["a", "b"], "new"));
        await Assert.ThrowsAsync<UsageException>(() => ToAsync(["a", "b"], "a"));
        await Assert.ThrowsAsync<UsageException>(() => ToAsync([], ""));
    }

    [Fact]
    public async Task Two_sources_of_one_name_are_refused_before_anything_is_touched()
    {
        Write("x/a", "1");
        Write("y/a", "2");

        await Assert.ThrowsAsync<UsageException>(() => ToAsync(["x/a", "y/a"], ""));

        Assert.Empty(Directory.GetFileSystemEntries(There));
    }

    [Theory]
    [InlineData("-rf")]
    [InlineData("--")]
    [InlineData("line\nbreak")]
    [InlineData(" ")]
    [InlineData("a'b\"c$HOME`id`\\")]
    [InlineData("*")]
    [InlineData("...")]
    [InlineData("ünï 漢 🙂")]
    [InlineData("a|b:c")]
    public async Task Odd_names_are_names(string name)
    {
        Write(name, "file");
        Write($"dir{name}/{name}", "in");

        await ToAsync([name, $"dir{name}"], "");
        await FromAsync([name, $"dir{name}"], "");

        Assert.Equal("file", File.ReadAllText($"{There}/{name}"));
        Assert.Equal("in", File.ReadAllText($"{There}/dir{name}/{name}"));
        await FromAsync([name], "back");
        Assert.Equal("file", File.ReadAllText($"{Here}/back"));
    }

    [Fact]
    public async Task Names_need_not_be_text()
    {
        var name = FileName.Decode([(byte)'b', 0xff, 0xc3, (byte)'x']);
        (await ProcessRun.RunAsync(["sh", "-c", "cd \"$1\" && b=$(printf 'b\\377\\303x') && mkdir \"$b\" && echo in >\"$b/$b\" && ln -s \"$b\" \"$b/l$b\"", "sh", Here])).Success();

        await CopyAsync([$"{Here}/{name}"], $"r:{Far}");
        await CopyAsync([$"r:{Far}/{name}"], $"{Here}/back");
        await CopyAsync([$"r:{Far}/{name}/{name}"], $"{Here}/{name}.file");
        Assert.Equal(0, (await CopyAsync([$"r:{Far}/{name}/."], $"{Here}/back")).Sent);

        (await ProcessRun.RunAsync(["sh", "-c", """
            b=$(printf 'b\377\303x')
            for d in "$2/$b" "$1/back"; do [ "$(cat "$d/$b")" = in ] && [ "$(readlink "$d/l$b")" = "$b" ] || exit 1; done
            [ "$(cat "$1/$b.file")" = in ] && rm -r "$1/$b" "$1/back" "$1/$b.file" "$2/$b"
            """, "sh", Here, There])).Success();
    }

    [Fact]
    public async Task Any_tree_survives_the_way_there_and_back()
    {
        await AnyTree.Gen.SampleAsync(
            async files =>
            {
                var name = Path.GetRandomFileName();
                AnyTree.Make($"{Here}/{name}", files);

                await ToAsync([name], "");
                await FromAsync([name], $"{name}.back");
                Assert.Equal(Snapshot($"{Here}/{name}"), Snapshot($"{There}/{name}"));
                Assert.Equal(Snapshot($"{There}/{name}"), Snapshot($"{Here}/{name}.back"));
            },
            iter: Tries,
            threads: 1);
    }

    [Fact]
    public async Task A_file_on_itself_stays_as_it_is()
    {
        Write("../there/a", "precious");
        File.SetUnixFileMode($"{There}/a", Open);

        Assert.Equal(new CopyReport(1, 0, 0), await CopyAsync([$"{There}/a"], $"r:{Far}"));
        Assert.Equal(new CopyReport(1, 0, 0), await CopyAsync([$"r:{Far}/a"], $"{There}"));
        Assert.Equal(new CopyReport(1, 0, 0), await CopyAsync([$"r:{Far}/a"], $"r:{Far}/a"));

        Assert.Equal("precious", File.ReadAllText($"{There}/a"));
    }

    [Fact]
    public async Task A_directory_is_not_copied_into_itself()
    {
        Directory.CreateDirectory($"{There}/a/b");
        File.SetUnixFileMode($"{There}/a", Open);
        File.SetUnixFileMode($"{There}/a/b", Open);

        await Assert.ThrowsAsync<UsageException>(() => CopyAsync([$"r:{Far}/a"], $"r:{Far}/a"));
        await Assert.ThrowsAsync<UsageException>(() => CopyAsync([$"r:{Far}/a"], $"r:{Far}/a/b/c"));
        await Assert.ThrowsAsync<UsageException>(() => CopyAsync([$"r:{Far}/a/."], $"r:{Far}/a/b"));
    }

    [Fact]
    public async Task From_one_resource_to_another()
    {
        MakeTree("tree");
        await ToAsync(["tree"], "");

        await CopyAsync([$"r:{Far}/tree"], $"r:{Far}/copy");

        Assert.Equal(Snapshot($"{Here}/tree"), Snapshot($"{There}/copy"));
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        Write("a", "");

        Assert.Contains("no-such", (await RefusedAsync(() => ToAsync(["no-such"], ""))).Message, StringComparison.Ordinal);
        Assert.Contains("no-such", (await RefusedAsync(() => FromAsync(["no-such"], ""))).Message, StringComparison.Ordinal);
        Assert.Contains("no-such/file", (await RefusedAsync(() => FromAsync(["no-such/file"], ""))).Message, StringComparison.Ordinal);
        Assert.Contains("no-such", (await RefusedAsync(() => ToAsync(["a"], "no-such/file"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipes_sockets_and_devices_are_refused_by_name()
    {
        Directory.CreateDirectory($"{Here}/tree");
        (await ProcessRun.RunAsync(["mkfifo", $"{Here}/tree/pipe", $"{There}/pipe"])).Success();

        Assert.Contains("tree/pipe", (await RefusedAsync(() => ToAsync(["tree"], ""))).Message, StringComparison.Ordinal);
        Assert.Contains("pipe", (await RefusedAsync(() => FromAsync(["pipe"], ""))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{There}/tree"));
    }

    [Fact]
    public async Task Nothing_takes_the_place_of_a_pipe_socket_or_device()
    {
        Write("pipe", "text");
        (await ProcessRun.RunAsync(["mkfifo", $"{There}/pipe"])).Success();

        Assert.Contains("is not replaced", (await RefusedAsync(() => ToAsync(["pipe"], ""))).Message, StringComparison.Ordinal);

        (await ProcessRun.RunAsync(["test", "-p", $"{There}/pipe"])).Success();
    }

    [Fact]
    public async Task Neither_a_directory_nor_a_file_takes_the_others_place()
    {
        Write("x/a", "file");
        Write("y/a/b", "in a directory");
        await ToAsync(["x/a"], "");
        await RefusedAsync(() => ToAsync(["y/a"], ""));
        Assert.Equal("file", File.ReadAllText($"{There}/a"));

        await ToAsync(["y"], "");
        await RefusedAsync(() => CopyAsync([$"{Here}/x/."], $"r:{Far}/y"));
        Assert.True(Directory.Exists($"{There}/y/a"));
    }

    [Fact]
    public async Task Nothing_is_put_through_a_link_in_the_tree()
    {
        Write("tree/sub/file", "x");
        Directory.CreateDirectory($"{There}/tree");
        Directory.CreateDirectory($"{There}/outside");
        Directory.CreateSymbolicLink($"{There}/tree/sub", $"{Far}/outside");
        File.SetUnixFileMode($"{There}/tree", Open);
        File.SetUnixFileMode($"{There}/outside", Open);

        await RefusedAsync(() => ToAsync(["tree"], ""));

        Assert.Empty(Directory.GetFileSystemEntries($"{There}/outside"));
    }

    [Fact]
    public async Task Read_only_directories_are_filled_and_then_closed()
    {
        Write("tree/closed/sub/file", "x");
        File.SetUnixFileMode($"{Here}/tree/closed/sub", (UnixFileMode)0b101_101_101);
        File.SetUnixFileMode($"{Here}/tree/closed", (UnixFileMode)0b101_101_101);

        await ToAsync(["tree"], "");
        await FromAsync(["tree"], "back");

        Assert.Equal(Snapshot($"{Here}/tree"), Snapshot($"{There}/tree"));
        Assert.Equal(Snapshot($"{Here}/tree"), Snapshot($"{Here}/back"));
    }

    [Fact]
    public async Task Giving_up_leaves_the_old_file_and_nothing_else()
    {
        using (var big = File.Create($"{Here}/big"))
            for (var i = 0; i < 48; i++)
                big.Write(new byte[1024 * 1024]);
        Write("../there/big", "old");
        File.SetUnixFileMode($"{There}/big", Open);
        using CancellationTokenSource cancel = new();

        var copy = Task.Run(() => CopyAsync([$"{Here}/big"], $"r:{Far}", cancel.Token));
        await Eventually.True(() => copy.IsCompleted || Directory.GetFileSystemEntries(There, ".crcache*").Length > 0);
        await cancel.CancelAsync();

        // A direct copy may be one call of the kernel, and over at once.
        try
        {
            await copy;
        }
        catch (OperationCanceledException)
        {
            Assert.Equal("old", File.ReadAllText($"{There}/big"));
        }

        await Eventually.True(() => Directory.GetFileSystemEntries(There, ".crcache*").Length == 0);
    }
}
