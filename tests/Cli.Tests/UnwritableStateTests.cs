namespace CrCache.Cli.Tests;

/// <summary>
/// Disks that are full or read-only, each seen by one test alone: what can be read is read, what is leased can be used, what would change
/// something is refused in one line, and all goes on once there is room again.
/// </summary>
public sealed class UnwritableStateTests : IDisposable
{
    private const string ReadOnlyDirectory = "mount --bind $CRCACHE_HOME $CRCACHE_HOME && mount -o remount,bind,ro $CRCACHE_HOME";
    private const string ReadOnlyFile = "mount --bind $CRCACHE_HOME/state.db $CRCACHE_HOME/state.db && mount -o remount,bind,ro $CRCACHE_HOME/state.db";
    private const string Fill = "{ head -c 1M /dev/zero > $CRCACHE_HOME/full 2> /dev/null; true; }";
    private const string SmallDisk = "mount -t tmpfs -o size=512k none $CRCACHE_HOME";
    private const string FullDisk = SmallDisk + " && crcache acquire -s lab 3 > /dev/null && " + Fill;

    private readonly TestHome _home = new();

    public UnwritableStateTests()
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);
        _home.AddSource("lab", "type=local\nmaximum=9\nidle_time=1h\n");
        Directory.CreateDirectory(_home.StateDirectory);
    }

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(ReadOnlyDirectory)]
    [InlineData(ReadOnlyFile)]
    [InlineData("rm $CRCACHE_HOME/state.lock && " + ReadOnlyDirectory)]
    [InlineData(FullDisk)]
    public async Task What_can_be_read_is_read_and_what_is_leased_can_be_used(string mount)
    {
        if (mount != FullDisk)
            await _home.AcquireAsync("lab", 3);
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "file"), "copied\n", TestContext.Current.CancellationToken);

        var result = await MountedAsync(
            mount,
            """
            crcache status --query in-use lab
            crcache status -v lab | grep -c leased
            crcache events -n 1 | grep -c acquired
            crcache run lab-0 echo ran
            crcache run lab-1 sh -c 'exit 7' || echo $?
            crcache cp file lab-0:$PWD/copy
            cat copy
            """);

        Assert.Equal("3\n3\n1\nran\n7\ncopied\n", result.Success().Output);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData(ReadOnlyDirectory, "it is read-only; nothing was changed. Make it writable, or set CRCACHE_HOME")]
    [InlineData(ReadOnlyFile, "it is read-only; nothing was changed. Make it writable, or set CRCACHE_HOME")]
    [InlineData(FullDisk, "the disk is full; nothing was changed. Free some space")]
    public async Task What_would_change_something_is_refused_in_one_line(string mount, string text)
    {
        if (mount != FullDisk)
            await _home.AcquireAsync("lab", 3);

        var result = await MountedAsync(mount, "for c in 'acquire -s lab' 'release lab-0' 'renew lab-1' 'steal lab-2'; do crcache $c; echo $?; done; crcache doctor | grep -c '^broken  *store'");

        Assert.Equal("125\n125\n125\n125\n1\n", result.Output);
        Assert.All(result.Error.TrimEnd('\n').Split('\n'), line => Assert.Equal(
            $"crcache: error CRC0601: {Path.Combine(_home.StateDirectory, "state.db")} cannot be written: {text}", line[..Math.Min(line.Length, line.IndexOf(text, StringComparison.Ordinal) + text.Length)]));
        Assert.Equal(4, result.Error.TrimEnd('\n').Split('\n').Length);
        if (mount == FullDisk)
            return;
        Assert.Equal("3\n", (await _home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
        (await _home.CrcacheAsync("release", "lab-0")).Success();
    }

    [Theory]
    [InlineData(ReadOnlyDirectory, "Read-only file system")]
    [InlineData("mount -t tmpfs -o size=64k none $CRCACHE_HOME && " + Fill, "the disk is full")]
    public async Task Where_there_is_no_store_and_none_can_be_made_there_is_nothing(string mount, string text)
    {
        var result = await MountedAsync(mount, "crcache status --query in-use lab; crcache status --query available lab; crcache events; crcache acquire -s lab || echo $?");

        Assert.Equal("0\n9\n125\n", result.Success().Output);
        Assert.Contains("error CRC0601: ", Assert.Single(result.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_there_is_room_again_all_goes_on_and_nothing_is_lost()
    {
        var result = await MountedAsync(
            FullDisk,
            """
            crcache acquire -s lab 2> /dev/null || echo $?
            crcache release lab-0 2> /dev/null || echo $?
            rm $CRCACHE_HOME/full
            crcache status --query in-use lab
            crcache acquire -s lab
            crcache release lab-0 lab-1 lab-2 lab-3
            crcache status --query in-use lab
            crcache doctor > /dev/null
            """);

        Assert.Equal("125\n125\n3\nlab-3\n0\n", result.Success().Output);
    }

    [Fact]
    public async Task A_disk_that_fills_up_in_the_middle_loses_nothing_that_was_said_to_be_done()
    {
        var result = await MountedAsync(
            SmallDisk,
            $$"""
            touch errors
            for p in 1 2 3; do
              (
                until [ -e stop ]; do
                  if name=$(crcache acquire -s lab --owner p$p 2>> errors); then
                    echo "+ $name"
                    crcache release --owner p$p > /dev/null 2>> errors && echo "- $name"
                  fi
                done
              ) > log$p &
            done
            for i in 1 2 3; do
              n=$(wc -l < errors)
              {{Fill}}
              until [ $(wc -l < errors) -gt $n ]; do sleep 0.05; done
              rm $CRCACHE_HOME/full
              n=$(cat log* | wc -l)
              until [ $(cat log* | wc -l) -gt $n ]; do sleep 0.05; done
            done
            touch stop
            wait
            crcache events -n 100000 | grep -c '  acquired  ' > acquired
            crcache events -n 100000 | grep -c '  released  ' > released
            cp -a $CRCACHE_HOME {{_home.Combine("after")}}
            """);

        result.Success();
        BadStateTests.AssertSound(_home.Combine("after", "state.db"));
        var said = Directory.GetFiles(_home.Project, "log*").SelectMany(File.ReadAllLines).ToList();
        Assert.InRange(int.Parse(await File.ReadAllTextAsync(Path.Combine(_home.Project, "acquired"), TestContext.Current.CancellationToken), null), said.Count(l => l[0] == '+'), int.MaxValue);
        Assert.InRange(int.Parse(await File.ReadAllTextAsync(Path.Combine(_home.Project, "released"), TestContext.Current.CancellationToken), null), said.Count(l => l[0] == '-'), int.MaxValue);
        Assert.All(await File.ReadAllLinesAsync(Path.Combine(_home.Project, "errors"), TestContext.Current.CancellationToken), line => Assert.Contains("crcache: error CRC0601: ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_run_on_a_full_disk_is_ended_with_its_lease_all_the_same()
    {
        var result = await MountedAsync(
            FullDisk,
            """
            crcache run lab-0 sh -c 'echo $$ > started; exec sleep 300' &
            until [ -s started ]; do sleep 0.05; done
            rm $CRCACHE_HOME/full
            crcache release lab-0
            test -d /proc/$(cat started) && grep -q sleep /proc/$(cat started)/cmdline && echo still there
            wait $! || echo ended
            """);

        Assert.Equal("ended\n", result.Success().Output);
    }

    [Fact]
    public async Task A_database_that_came_without_its_log_is_read_on_a_read_only_disk()
    {
        await _home.AcquireAsync("lab", 3);
        // Opening and closing it once writes the log back and takes it away.
        BadStateTests.AssertSound(Path.Combine(_home.StateDirectory, "state.db"));
        Assert.False(File.Exists(Path.Combine(_home.StateDirectory, "state.db-wal")));

        var result = await MountedAsync(ReadOnlyDirectory, "crcache status --query in-use lab; crcache run lab-0 echo ran");

        Assert.Equal("3\nran\n", result.Success().Output);
    }

    [Fact]
    public async Task A_store_that_becomes_read_only_is_followed_all_the_same()
    {
        await _home.AcquireAsync("lab");
        var result = await MountedAsync(ReadOnlyDirectory, "crcache events -f --after 0 | head -n 3 | grep -c lab-0@");

        Assert.Equal("3\n", result.Success().Output);
    }

    // The mounts are of a namespace of their own, and go with the last of its processes.
    private Task<ProcessResult> MountedAsync(string mount, string script)
    {
        Dictionary<string, string> environment = new(_home.Environment)
        {
            ["PATH"] = $"{Path.GetDirectoryName(Crcache.Program)}:{_home.Environment["PATH"]}:/usr/sbin:/sbin",
        };
        return ProcessRun.RunAsync(["unshare", "--mount", "sh", "-c", $"{mount} || exit 96\n{script}"], environment, _home.Project);
    }
}
