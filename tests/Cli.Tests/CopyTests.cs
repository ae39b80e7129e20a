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

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        return ValueTask.CompletedTask;
    }
}
