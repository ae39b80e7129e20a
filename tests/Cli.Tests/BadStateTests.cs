using Microsoft.Data.Sqlite;

namespace CrCache.Cli.Tests;

/// <summary>A store that was spoilt: every command says so in one line, and what is left of it stays as it is.</summary>
public sealed class BadStateTests : IDisposable
{
    private readonly TestHome _home = new();

    public BadStateTests() => _home.AddSource("lab", "type=local\nmaximum=12\nreserve=3\n");

    private string Database => Path.Combine(_home.StateDirectory, "state.db");

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("empty", "it is empty")]
    [InlineData("half a page", "of its")]
    [InlineData("half of its pages", "of its")]
    [InlineData("short garbage", "it is no database")]
    [InlineData("long garbage", "it is no database")]
    [InlineData("its pages spoilt", "is damaged")]
    [InlineData("a directory", "is not a file: move it away")]
    [InlineData("missing", "state.db is missing")]
    public async Task A_spoilt_database_is_refused_by_every_command_and_left_as_it_is(string how, string text)
    {
        await UseAsync();
        Spoil(how);
        var before = Content();

        foreach (var command in new string[][] { ["status"], ["acquire", "-s", "lab"], ["release", "lab-0"], ["run", "lab-0", "touch", "ran"], ["gc", "--apply"] })
        {
            var result = await _home.CrcacheAsync(command);
            result.AssertRefused(125, "CRC0601", text);
            Assert.Contains(Database, result.Error, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Path.Combine(_home.Project, "ran")));
        Assert.Equal(before, Content());
    }

    [Fact]
    public async Task What_the_error_says_helps()
    {
        await UseAsync();
        Spoil("half of its pages");
        var error = (await _home.CrcacheAsync("status")).Error;
        var advice = error[(error.IndexOf("(mv ", StringComparison.Ordinal) + 1)..error.IndexOf(" ELSEWHERE)", StringComparison.Ordinal)];

        (await _home.ShellAsync($"mkdir elsewhere && {advice} elsewhere")).Success();

        Assert.Equal(["lab-0"], await _home.AcquireAsync("lab"));
    }

    [Theory]
    [InlineData("cut in the middle")]
    [InlineData("cut to nothing")]
    [InlineData("garbage")]
    [InlineData("gone")]
    public async Task Of_a_spoilt_log_what_was_written_back_before_is_left(string how)
    {
        await UseAsync();
        var log = Database + "-wal";
        switch (how)
        {
            case "cut in the middle":
                await using (var file = File.OpenWrite(log))
                    file.SetLength(file.Length / 2);
                break;
            case "cut to nothing":
                await File.WriteAllBytesAsync(log, [], TestContext.Current.CancellationToken);
                break;
            case "garbage":
                await File.WriteAllBytesAsync(log, [.. Enumerable.Repeat((byte)0x5a, 100_000)], TestContext.Current.CancellationToken);
                break;
            default:
                File.Delete(log);
                break;
        }

        Assert.Equal("3\n", (await _home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
        Assert.Equal("ran\n", (await _home.CrcacheAsync("run", "lab-0", "echo", "ran")).Success().Output);
        Assert.Equal(["lab-3"], await _home.AcquireAsync("lab"));
        (await _home.CrcacheAsync("release", "lab-0")).Success();
        AssertSound(Database);
    }

    [Fact]
    public async Task A_spoilt_index_of_the_log_is_made_anew()
    {
        await UseAsync();
        await File.WriteAllBytesAsync(Database + "-shm", [.. Enumerable.Repeat((byte)0x5a, 32_768)], TestContext.Current.CancellationToken);

        Assert.Equal("3\n", (await _home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_by_every_command_and_left_as_it_is()
    {
        await UseAsync();
        Execute("PRAGMA user_version = 99;");
        var before = Content();

        foreach (var command in new string[][] { ["status"], ["acquire", "-s", "lab"], ["release", "lab-0"], ["run", "lab-0", "true"], ["events"] })
            (await _home.CrcacheAsync(command)).AssertRefused(125, "CRC0602", $"{Database} was written by a newer version of CrCache (schema 99");

        Assert.Equal(before, Content());
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("an empty file")]
    [InlineData("an empty database")]
    public async Task Twelve_at_once_make_one_store(string of)
    {
        Directory.CreateDirectory(_home.StateDirectory);
        if (of == "an empty file")
            await File.WriteAllBytesAsync(Database, [], TestContext.Current.CancellationToken);
        else if (of == "an empty database")
            Execute("PRAGMA journal_mode = WAL;");

        var names = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ => Assert.Single(await _home.AcquireAsync("lab"))));

        Assert.Equal(Enumerable.Range(0, 12).Select(n => $"lab-{n}").Order(), names.Order());
        AssertSound(Database);
    }

    internal static void AssertSound(string database)
    {
        using SqliteConnection store = new($"Data Source={database};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = "PRAGMA integrity_check;";
        Assert.Equal("ok", command.ExecuteScalar());
    }

    // More than a log is long, so that there are pages in the database as well as in the log.
    private async Task UseAsync() =>
        (await _home.ShellAsync("crcache acquire -q -s lab 3 && for i in 1 2 3 4 5 6 7 8; do crcache renew lab-0 lab-1 lab-2 || exit 1; done")).Success();

    private void Spoil(string how)
    {
        var size = new FileInfo(Database).Length;
        Assert.True(size > 10 * 4096, "nothing was written back");
        switch (how)
        {
            case "empty":
                File.WriteAllBytes(Database, []);
                break;
            case "half a page":
                Cut(2048);
                break;
            case "half of its pages":
                Cut(size / 4096 / 2 * 4096);
                break;
            case "short garbage":
                File.WriteAllBytes(Database, [.. Enumerable.Repeat((byte)0x5a, 50)]);
                break;
            case "long garbage":
                File.WriteAllBytes(Database, [.. Enumerable.Repeat((byte)0x5a, 30_000)]);
                break;
            case "its pages spoilt":
                using (var file = File.OpenWrite(Database))
                {
                    file.Position = 4096;
                    file.Write([.. Enumerable.Repeat((byte)0x5a, (int)size - 4096)]);
                }

                // What is in the log would be used in its place.
                File.Delete(Database + "-wal");
                break;
            case "a directory":
                File.Delete(Database);
                Directory.CreateDirectory(Database);
                break;
            case "missing":
                File.Delete(Database);
                break;
        }
    }

    private void Cut(long length)
    {
        using var file = File.OpenWrite(Database);
        file.SetLength(length);
    }

    private void Execute(string sql)
    {
        using SqliteConnection store = new($"Data Source={Database};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private List<(string, string)> Content() =>
    [
        .. Directory.EnumerateFiles(_home.StateDirectory, "state.db*").Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)).Order()
            .Select(f => (f, Convert.ToHexString(File.ReadAllBytes(f))))
            .Where(f => f.Item2.Length > 0),
    ];
}
