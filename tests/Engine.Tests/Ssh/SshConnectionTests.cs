using System.Security.Cryptography;
using System.Text;
using CrCache.Routes;
using CrCache.Ssh;

namespace CrCache.Engine.Tests.Ssh;

public sealed class SshConnectionTests : IAsyncLifetime
{
    private SshServer? _server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason);
        _server = await SshServer.StartAsync();
    }

    [Fact]
    public async Task A_command_has_its_streams_apart_and_its_exit_code()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "cat; echo error >&2; exit 7", null);

        await channel.Input.WriteAsync("input"u8.ToArray(), Token);
        await channel.Input.DisposeAsync();

        Assert.Equal("input", await ReadAsync(channel.Output));
        Assert.Equal("error\n", await ReadAsync(channel.Error));
        Assert.Equal(new SshEnd(7, null, null), await channel.Ended);
        await Eventually.True(() => connection.Channels == 0);
    }

    [Fact]
    public async Task A_signal_is_told_by_its_name()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "kill -TERM $$", null);

        Assert.Equal(new SshEnd(null, "TERM", null), await channel.Ended);
    }

    [Fact]
    public async Task A_command_has_a_terminal_of_the_size_that_is_asked_for_and_hears_of_a_new_one()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "trap 'stty size; exit' WINCH; tty >/dev/null && stty size; while :; do sleep 0.05; done", new("xterm", 77, 33));

        var buffer = new byte[100];
        var count = await channel.Output.ReadAsync(buffer, Token);
        Assert.Equal("33 77\r\n", Encoding.ASCII.GetString(buffer, 0, count));
        channel.Resize(100, 20);

        Assert.Equal("20 100\r\n", await ReadAsync(channel.Output));
        Assert.Equal(new SshEnd(0, null, null), await channel.Ended);
    }

    [Fact]
    public async Task What_nobody_reads_is_not_sent_and_disturbs_nobody()
    {
        await using var connection = await ConnectAsync();
        await using var endless = await StartAsync(connection, "while :; do echo 0123456789012345678901234567890123456789; done", null);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 20; i++)
        {
            await using var other = await StartAsync(connection, "echo other", null);
            Assert.Equal("other\n", await ReadAsync(other.Output));
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16 * 1024 * 1024);
        await Eventually.True(() => connection.Channels == 1);
    }

    [Fact]
    public async Task Megabytes_arrive_as_they_are_both_ways_at_once()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "exec cat", null);
        var data = RandomNumberGenerator.GetBytes(20_000_000);

        var written = Task.Run(
            async () =>
            {
                await channel.Input.WriteAsync(data, Token);
                await channel.Input.DisposeAsync();
            },
            Token);
        using MemoryStream back = new();
        await channel.Output.CopyToAsync(back, Token);
        await written;

        Assert.True(back.ToArray().AsSpan().SequenceEqual(data));
        Assert.Equal(0, (await channel.Ended).ExitCode);
    }

    [Fact]
    public async Task Input_that_nobody_reads_any_more_is_an_error_and_not_a_wait()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "exit 3", null);

        await Assert.ThrowsAsync<IOException>(async () => await channel.Input.WriteAsync(new byte[10_000_000], Token));
        Assert.Equal(3, (await channel.Ended).ExitCode);
    }

    [Fact]
    public async Task A_server_that_ends_is_a_lost_connection()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "kill -9 $PPID; sleep 100", null);

        Assert.NotNull((await channel.Ended.WaitAsync(TimeSpan.FromSeconds(30), Token)).Lost);
        await connection.Lost.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await Assert.ThrowsAsync<SshFailure>(() => StartAsync(connection, "true", null));
    }

    [Fact]
    public async Task A_server_that_is_silent_is_given_up()
    {
        await using var connection = await new SshDialer(TimeProvider.System).ConnectAsync([With(s => s with { ServerAliveInterval = TimeSpan.FromSeconds(0.2), ServerAliveCountMax = 2 })], Token);
        await using var channel = await StartAsync(connection, "echo $PPID; sleep 0.3; kill -STOP $PPID; exec sleep 100", null);
        var server = await new StreamReader(channel.Output).ReadLineAsync(Token);

        var end = await channel.Ended.WaitAsync(TimeSpan.FromSeconds(30), Token);

        Assert.Contains("has not answered for", end.Lost, StringComparison.Ordinal);
        (await ProcessRun.RunAsync(["kill", "-KILL", server!])).Success();
    }

    [Fact]
    public async Task A_key_that_is_not_trusted_and_a_login_that_is_not_let_in_say_so()
    {
        SshDialer dialer = new(TimeProvider.System);

        var key = await Assert.ThrowsAsync<SshFailure>(() => dialer.ConnectAsync([Target() with { CheckKey = _ => "it is another" }], Token));
        var login = await Assert.ThrowsAsync<SshFailure>(() => dialer.ConnectAsync([Target() with { Identities = () => SshIdentities.Of(Target().Settings with { IdentityFiles = ["/nowhere"] }, LocalUser.Current()) }], Token));
        var port = await Assert.ThrowsAsync<SshFailure>(() => dialer.ConnectAsync([With(s => s with { Port = 1 })], Token));
        var host = await Assert.ThrowsAsync<SshFailure>(() => dialer.ConnectAsync([With(s => s with { HostName = "nowhere.invalid" })], Token));

        Assert.Equal("it is another", key.Message);
        Assert.Contains("is not let in: ", login.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1, port 1: Connection refused", port.Message, StringComparison.Ordinal);
        Assert.Contains("no host nowhere.invalid", host.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Through_a_bastion_and_another_it_is_the_same()
    {
        await using var connection = await new SshDialer(TimeProvider.System).ConnectAsync([Target(), Target(), Target()], Token);
        await using var channel = await StartAsync(connection, "echo inner", null);

        Assert.Equal("inner\n", await ReadAsync(channel.Output));
        var nowhere = await Assert.ThrowsAsync<SshFailure>(() => new SshDialer(TimeProvider.System).ConnectAsync([Target(), With(s => s with { Port = 1 })], Token));
        Assert.Contains("127.0.0.1, port 1: ", nowhere.Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<SshConnection> ConnectAsync() => new SshDialer(TimeProvider.System).ConnectAsync([Target()], Token);

    private SshTarget Target() => new SshTargets(Environment.GetEnvironmentVariable).Of(new([SshLab.Endpoint], _server!.Configuration, ""))[0];

    private SshTarget With(Func<SshHostSettings, SshHostSettings> change)
    {
        var target = Target();
        return target with { Settings = change(target.Settings) };
    }

    private static async Task<SshChannel> StartAsync(SshConnection connection, string line, SshTerminal? terminal)
    {
        var channel = await connection.OpenAsync(Token);
        await connection.StartAsync(channel!, line, terminal, Token);
        return channel!;
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync(Token);
    }
}
