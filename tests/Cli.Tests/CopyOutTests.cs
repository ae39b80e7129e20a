namespace CrCache.Cli.Tests;

/// <summary>Copies from a host to a place here that does not take them: one line that names the file, and nothing half.</summary>
public sealed class CopyOutTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private readonly string _to;
    private SshServer? _server;

    public CopyOutTests()
    {
        Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason);
        File.SetUnixFileMode(_home.Path, (UnixFileMode)0b111_101_101);
        _to = Directory.CreateDirectory(_home.Combine("to")).FullName;
        foreach (var name in (string[])["a", "b"])
        {
            Directory.CreateDirectory(_home.Combine("from/tree"));
            File.WriteAllText(_home.Combine("from/tree", name), new string('n', 300_000));
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await SshServer.StartAsync();
        _home.Environment["CRCACHE_SSH_CONFIG"] = _server.Configuration;
        _home.AddSource("lab", $"type=ssh\nssh_host={SshServer.Host}\n");
        await _home.AcquireAsync("lab");
    }

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        _home.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("tree")]
    [InlineData("tree/b")]
    public async Task A_disk_that_fills_is_told_with_the_files_name(string source)
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);

        var result = await ShellAsync(
            ["unshare", "--mount"],
            $"""
            mount -t tmpfs -o size=200k none "$TO" && mkdir "$TO/tree" && echo old >"$TO/tree/b" && cp "$TO/tree/b" "$TO/b"
            crcache cp "lab-0:$FROM/{source}" "$TO"
            echo $?; cat "$TO/tree/b" "$TO/b"; find "$TO" -name '.crcache-*'
            """);

        Assert.Equal("125\nold\nold\n", result.Output);
        AssertOneLine(result, $"{_to}/{(source == "tree" ? "tree/" : "b")}", "No space left on device");
    }

    [Fact]
    public async Task A_disk_that_is_read_only_is_told_with_the_files_name()
    {
        Assert.SkipWhen(Requirement.Mounts.IsMissing(out var reason), reason);

        var result = await ShellAsync(
            ["unshare", "--mount"],
            """
            mount -t tmpfs none "$TO" && echo old >"$TO/b" && mount -o remount,ro "$TO"
            crcache cp "lab-0:$FROM/tree/b" "$TO"
            echo $?; cat "$TO/b"; ls -A "$TO"
            """);

        Assert.Equal("125\nold\nb\n", result.Output);
        AssertOneLine(result, $"{_to}/b", "Read-only file system");
    }

    [Fact]
    public async Task A_directory_that_may_not_be_written_to_is_named()
    {
        Assert.SkipWhen(Requirement.Root.IsMissing(out var reason), reason);
        (await _home.CrcacheAsync("release", "lab-0")).Success();
        await File.WriteAllTextAsync($"{_to}/b", "old\n", Token);

        // All but the directory is another user's, who reaches the same host as the one that he is known as there.
        var client = Path.GetDirectoryName(_server!.Configuration)!;
        (await ProcessRun.RunAsync(["chown", "-R", "nobody", _home.Path, client])).Success();
        (await ProcessRun.RunAsync(["chown", "-R", "root", _to])).Success();
        var result = await ShellAsync(
            ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"],
            """
            crcache acquire -s lab && crcache cp "lab-0:$FROM/tree/b" "$TO"
            echo $?; cat "$TO/b"; ls -A "$TO"; crcache release lab-0
            """);

        Assert.Equal("lab-0\n125\nold\nb\n", result.Output);
        AssertOneLine(result, $"{_to}/b", "permission denied");
    }

    [Fact]
    public async Task A_file_that_vanishes_there_is_named_and_those_before_it_are_whole()
    {
        using Relay relay = new(_server!) { BytesPerSecond = 20_000_000 };
        _home.AddSource("slow", $"type=ssh\nssh_host={SshServer.Host}:{relay.Port}\n");
        await _home.AcquireAsync("slow");
        var (first, second) = (_home.Combine("from/first"), _home.Combine("from/tree/b"));
        await File.WriteAllBytesAsync(first, new byte[30_000_000], Token);
        using var copy = _home.StartCrcache("cp", $"slow-0:{first}", $"slow-0:{second}", _to);
        await Eventually.True(() => copy.HasExited || Directory.EnumerateFileSystemEntries(_to).Any());

        // What is on the way by then is not all of the first one: the second was not opened yet.
        File.Delete(second);
        var result = await copy.WaitAsync();

        Assert.Equal(125, result.ExitCode);
        AssertOneLine(result, second, "");
        Assert.Equal(["first"], Directory.GetFileSystemEntries(_to).Select(Path.GetFileName));
        Assert.Equal(30_000_000, new FileInfo($"{_to}/first").Length);
    }

    private static void AssertOneLine(ProcessResult result, string file, string why)
    {
        var line = Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("crcache: error CRC0501: cannot copy ", line, StringComparison.Ordinal);
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.Contains(why, line, StringComparison.Ordinal);
    }

    private Task<ProcessResult> ShellAsync(string[] enter, string script)
    {
        Dictionary<string, string> environment = new(_home.Environment) { ["FROM"] = _home.Combine("from"), ["TO"] = _to };
        environment["PATH"] = $"{Path.GetDirectoryName(Crcache.Program)}:{environment["PATH"]}";
        return ProcessRun.RunAsync([.. enter, "/bin/sh", "-c", script], environment, _home.Project);
    }
}
