using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>What is in a chroot's tree is whoever's it comes from: it says nothing that is done outside.</summary>
public sealed class ChrootTrustTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public ChrootTrustTests()
    {
        ChrootLab.Require();
        Assert.SkipWhen(BusyboxRoot.Requirement.IsMissing(out var reason), reason);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Outside => _directory.Combine("outside");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("bob:x:1000:0 --keep-groups /bin/touch $1 #::/:/bin/sh")]
    [InlineData("bob:x:--help:1000::/:/bin/sh")]
    [InlineData("bob:x:1000:::/:/bin/sh")]
    [InlineData("bob:x::1000::/:/bin/sh")]
    public void A_user_without_numbers_is_none(string line)
    {
        var error = Assert.Throws<ResourceException>(() => Lab("printf '%s\\n' '" + line + "' >{path}/etc/passwd"));

        Assert.Equal("lab-0 could not be made: user: lab-0 has no numbers for the user 'bob' in its /etc/passwd", error.Message);
        Assert.False(File.Exists(Outside));
    }

    [Fact]
    public async Task A_group_without_a_number_is_left_out()
    {
        using var lab = Lab("echo 'bob:x:1000:1000::/:/bin/sh' >{path}/etc/passwd; printf '%s\\n' 'a:x:50 /bin/touch $1:bob' 'b:x::bob' 'c:x:60:bob' >{path}/etc/group");

        Assert.Equal("60 1000\n", (await lab.ShellAsync("id -G | tr ' ' '\\n' | sort -n | tr '\\n' ' ' | sed 's/ $//'; echo")).Output);
        Assert.False(File.Exists(Outside));
    }

    [Theory]
    [InlineData("/../..")]
    [InlineData("/etc/../../..")]
    [InlineData("/out")]
    [InlineData("/nowhere")]
    [InlineData("home")]
    public async Task A_home_that_is_not_inside_is_not_where_a_command_starts(string home)
    {
        using var lab = Lab($"echo 'bob:x:1000:1000::{home}:/bin/sh' >{{path}}/etc/passwd; ln -s {_directory.Path} {{path}}/out");

        Assert.Equal($"/\n/\n{home}\nbin\n", (await lab.ShellAsync("pwd; echo \"$PWD\"; echo \"$HOME\"; ls -d bin; ls chroots 2>/dev/null")).Output);
    }

    [Fact]
    public async Task A_home_behind_a_link_in_the_tree_is_one()
    {
        using var lab = Lab("mkdir -p {path}/var/home/bob; rm -rf {path}/home; ln -s var/home {path}/home; echo 'bob:x:1000:1000::/home/bob:/bin/sh' >{path}/etc/passwd");

        Assert.Equal("/var/home/bob\n/home/bob\n", (await lab.ShellAsync("pwd; echo \"$HOME\"")).Output);
    }

    [Theory]
    [InlineData("rm -rf {path}/etc; ln -s $2 {path}/etc")]
    [InlineData("rm {path}/etc/passwd; ln -s $2/passwd {path}/etc/passwd")]
    [InlineData("rm {path}/etc/passwd; mkfifo {path}/etc/passwd")]
    public void Who_its_users_are_is_not_read_elsewhere(string make)
    {
        _directory.Write("elsewhere/passwd", "bob:x:1000:1000::/:/bin/sh\n");
        var error = Assert.Throws<ResourceException>(() => Lab(make.Replace("$2", _directory.Combine("elsewhere"), StringComparison.Ordinal)));

        Assert.Equal("lab-0 could not be made: user: lab-0 has no user 'bob' in its /etc/passwd", error.Message);
    }

    [Fact]
    public async Task An_import_in_what_is_bound_is_not_made_there()
    {
        _directory.Write("data/there/file", "data");
        _directory.Write("other/file", "other");
        string Import(string place) => $"bind:{_directory.Combine("data")}:/data bind:{_directory.Combine("other")}:/data/{place}";
        foreach (var bad in new[] { Import("made"), $"bind:{_directory.Combine("data")}:/data bind:/etc/passwd:/data/passwd:ro", $"{Import("deep/made")}:overlay" })
        {
            var error = Assert.Throws<ResourceException>(() =>
            {
                using ChrootLab made = new(Busybox(bad));
            });
            Assert.Contains("in what is bound there", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["there"], Directory.GetFileSystemEntries(_directory.Combine("data")).Select(Path.GetFileName));
        using ChrootLab lab = new(Busybox($"{Import("there")}:overlay bind:/etc:/data/there/etc:ro"));
        Assert.Equal("etc\nfile\nother", (await lab.ShellAsync("cd /data/there; ls; cat file")).Output);
        Assert.Equal(["file"], Directory.GetFileSystemEntries(_directory.Combine("data/there")).Select(Path.GetFileName));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(_directory.Combine("other")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("copy")]
    [InlineData("overlay")]
    public async Task A_discard_that_was_cut_short_anywhere_is_finished_by_the_next(string clone)
    {
        using ChrootLab lab = new(new(Busybox(null)) { ["clone"] = clone, ["directory"] = _directory.Combine("chroots") }, [CutShort()]);
        var cuts = 0;
        while (true)
        {
            await File.WriteAllTextAsync(_directory.Combine("left"), $"{cuts + 1}\n", Token);
            try
            {
                await lab.DiscardAsync();
                break;
            }
            catch (ResourceException)
            {
                cuts++;
            }

            File.Delete(_directory.Combine("left"));
            await lab.DiscardAsync();
            Assert.False(Directory.Exists(lab.Place));
            await lab.ProvisionAsync();
        }

        File.Delete(_directory.Combine("left"));
        Assert.True(cuts > 0);
    }

    [Fact]
    public async Task A_discard_command_that_has_succeeded_is_not_run_again()
    {
        Dictionary<string, string> settings = new(Busybox(null))
        {
            ["clone"] = "command",
            ["clone_command"] = "mount -t tmpfs tmpfs {path} && cp -a {golden}/. {path}/",
            ["discard_command"] = "umount {path}",
        };
        using ChrootLab lab = new(settings, [CutShort()]);
        foreach (var end in new[] { lab.DiscardAsync, lab.ResetAsync })
        {
            await File.WriteAllTextAsync(_directory.Combine("left"), "1\n", Token);
            await Assert.ThrowsAsync<ResourceException>(end);
            File.Delete(_directory.Combine("left"));
            await lab.DiscardAsync();
            Assert.False(Directory.Exists(lab.Place));
            await lab.ProvisionAsync();
        }
    }

    [Fact]
    public async Task A_reset_that_fails_is_no_making()
    {
        var bound = Directory.CreateDirectory(_directory.Combine("bound")).FullName;
        using ChrootLab lab = new(Busybox($"bind:{bound}:/mnt"));
        Directory.Delete(bound);

        var error = await Assert.ThrowsAsync<ResourceException>(lab.ResetAsync);

        Assert.Equal(($"lab-0 could not be reset: import: there is no {bound}", ErrorCodes.ProvisionFailed), (error.Message, error.Code));
    }

    private static Dictionary<string, string> Busybox(string? import) =>
        import is null ? new() { ["tree"] = BusyboxRoot.Path } : new() { ["tree"] = BusyboxRoot.Path, ["import"] = import };

    /// <summary>A base on which the rm that a counter comes to is cut short once it has deleted whose the directory is.</summary>
    private Route CutShort()
    {
        var tools = Directory.CreateDirectory(_directory.Combine("tools")).FullName;
        var rm = Path.Combine(tools, "rm");
        File.WriteAllText(
            rm,
            $"""
            #!/bin/sh
            PATH=/usr/bin:/bin
            [ -f '{_directory.Path}/left' ] && read -r left <'{_directory.Path}/left' || exec rm "$@"
            echo $((left - 1)) >'{_directory.Path}/left'
            [ "$left" = 1 ] || exec rm "$@"
            for last; do :; done
            rm -f "$last/store"
            exit 1
            """);
        File.SetUnixFileMode(rm, (UnixFileMode)0b111_101_101);
        return new() { Environment = new Dictionary<string, string> { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" } };
    }

    /// <summary>One of a hostile tree, as its user bob; in the line that makes it hostile $1 is a file outside.</summary>
    private ChrootLab Lab(string line) => new(new()
    {
        ["create"] = $"cp -a {BusyboxRoot.Path}/. {{path}}; {line.Replace("$1", Outside, StringComparison.Ordinal)}",
        ["user"] = "bob",
    });
}
