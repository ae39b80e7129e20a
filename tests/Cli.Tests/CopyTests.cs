namespace CrCache.Cli.Tests;

public sealed class CopyTests : IAsyncLifetime
{
    private readonly TestHome _home = new();

    public async ValueTask InitializeAsync() => await _home.AcquireAsync();

    [Theory]
    [InlineData("cp")]
    [InlineData("copy")]
    public async Task Files_go_in_and_out(string command)
    {
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "in.txt"), "content");

        Assert.Empty((await _home.CrcacheAsync(command, "in.txt", $"local-0:{_home.Home}")).Success().Output);
        (await _home.CrcacheAsync(command, $"local-0:{_home.Home}/in.txt", "out.txt")).Success();

        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(_home.Project, "out.txt")));
    }

    [Fact]
    public async Task Json_counts_what_was_sent()
    {
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "a"), "12345");

        Assert.Equal(
            "{\"files\":1,\"sent\":1,\"bytes\":5}\n", (await _home.CrcacheAsync("--json", "cp", "a", $"local-0:{_home.Home}/b")).Success().Output);
    }

    [Fact]
    public async Task Recursion_may_be_asked_for()
    {
        Directory.CreateDirectory(Path.Combine(_home.Project, "tree/branch"));
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "tree/branch/leaf"), "green");

        (await _home.CrcacheAsync("cp", "-r", "tree", $"local-0:{_home.Home}")).Success();

        Assert.Equal("green", await File.ReadAllTextAsync(Path.Combine(_home.Home, "tree/branch/leaf")));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var result = await _home.CrcacheAsync("cp", "nowhere.txt", $"local-0:{_home.Home}");

        result.AssertRefused(125, "CRC0501", "nowhere.txt");
    }

    [Fact]
    public async Task A_resource_nobody_acquired_is_refused() =>
        (await _home.CrcacheAsync("cp", "/etc/hostname", "local-1:/tmp")).AssertRefused(2, "CRC0202", "local-1");

    [Fact]
    public async Task A_trial_shows_what_would_be_done()
    {
        Directory.CreateDirectory(Path.Combine(_home.Project, "tree"));
        Directory.CreateDirectory(Path.Combine(_home.Home, "to"));
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "tree/a"), "x");
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "tree/b.o"), "x");
        await File.WriteAllTextAsync(Path.Combine(_home.Home, "to/gone"), "x");
        string[] arguments = ["-n", "--delete", "--exclude", "*.o", "tree/.", $"local-0:{_home.Home}/to"];

        var shown = (await _home.CrcacheAsync(["cp", .. arguments])).Success().OutputLines;
        Assert.Contains($"delete local-0:{_home.Home}/to/gone", shown);
        Assert.Contains($"create local-0:{_home.Home}/to/a", shown);
        Assert.DoesNotContain(shown, l => l.Contains("b.o", StringComparison.Ordinal));
        Assert.Contains("{\"kind\":\"delete\",\"path\":\"local-0:", (await _home.CrcacheAsync(["--json", "cp", .. arguments])).Success().Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_home.Home, "to/gone")));
    }

    [Fact]
    public async Task Several_resources_get_the_same_and_what_fails_is_named()
    {
        _home.AddSource("lab", $"type=local\nmaximum=3\n");
        (await _home.CrcacheAsync("acquire", "-s", "lab", "2")).Success();
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "a"), "x");
        Directory.CreateDirectory(Path.Combine(_home.Home, "to"));

        var copied = await _home.CrcacheAsync("--json", "cp", "--to", "lab-0", "--to", "lab-1", "a", $"{_home.Home}/to");
        Assert.Equal(["lab-0", "lab-1"], System.Text.Json.JsonDocument.Parse(copied.Success().Output).RootElement.EnumerateArray().Select(o => o.GetProperty("resource").GetString()));
        var failed = await _home.CrcacheAsync("cp", "--to", "lab-0", "--to", "lab-1", "a", $"{_home.Home}/no/such");
        Assert.Equal(125, failed.ExitCode);
        Assert.Contains("lab-0:", failed.Error, StringComparison.Ordinal);
        Assert.Contains("lab-1:", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_no_text_can_be_given()
    {
        (await _home.ShellAsync("n=$(printf 'a\\377'); echo x >\"$n\"; crcache cp \"$n\" local-0:$HOME && cat \"$HOME/$n\" && rm \"$HOME/$n\" \"$n\"")).Success();

        var missing = await _home.ShellAsync("crcache cp \"$(printf 'no\\377')\" local-0:/tmp");
        missing.AssertRefused(125, "CRC0501", @"no\xff");
    }

    [Fact]
    public async Task Rsync_goes_over_any_resource()
    {
        Assert.SkipWhen(Requirement.Program("rsync", "rsync").IsMissing(out var reason), reason);
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "a"), "x");

        (await _home.ShellAsync("rsync -a -e 'crcache run' a local-0:$HOME/b && cmp a $HOME/b")).Success();
    }

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        return ValueTask.CompletedTask;
    }
}
