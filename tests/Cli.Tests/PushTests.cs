namespace CrCache.Cli.Tests;

public sealed class PushTests : IAsyncLifetime
{
    private readonly TestHome _home = new();

    private string File => _home.Combine("ids");

    public async ValueTask InitializeAsync()
    {
        await System.IO.File.WriteAllTextAsync(File, "content");
        await _home.AcquireAsync();
    }

    [Fact]
    public async Task A_command_finds_the_file_and_it_stays_where_it_was()
    {
        Assert.Equal("content", (await _home.CrcacheAsync("run", "--push", "local-0", File, "--", "cat", File)).Success().Output);
        Assert.Equal("content", await System.IO.File.ReadAllTextAsync(File));
    }

    [Theory]
    [InlineData("run|--push|local-0|--|echo|-n|--|x")]
    [InlineData("run|--push|local-0|FILE|--|echo|-n|--|x")]
    [InlineData("run|--push|--|local-0|FILE|FILE|--|echo|-n|--|x")]
    [InlineData("-q|run|-q|--push|local-0|FILE|--|echo|-n|--|x")]
    public async Task The_command_stands_behind_the_first_mark_as_it_is(string arguments) => Assert.Equal(
        "-- x", (await _home.CrcacheAsync(arguments.Replace("FILE", File, StringComparison.Ordinal).Split('|'))).Success().Output);

    [Fact]
    public async Task Behind_the_name_it_is_the_commands_own() =>
        Assert.Equal("--push x\n", (await _home.CrcacheAsync("run", "local-0", "echo", "--push", "x")).Success().Output);

    [Fact]
    public async Task Without_the_mark_nothing_is_run() =>
        (await _home.CrcacheAsync("run", "--push", "local-0", File, "cat", File)).AssertRefused(2, "CRC0001", "--");

    [Fact]
    public async Task A_file_that_is_not_there_is_named() =>
        (await _home.CrcacheAsync("run", "--push", "local-0", "nowhere.txt", "--", "true")).AssertRefused(125, "CRC0501", "nowhere.txt");

    [Fact]
    public async Task The_exit_code_is_the_commands_own() =>
        Assert.Equal(7, (await _home.CrcacheAsync("run", "--push", "local-0", File, "--", "sh", "-c", "exit 7")).ExitCode);

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        return ValueTask.CompletedTask;
    }
}
