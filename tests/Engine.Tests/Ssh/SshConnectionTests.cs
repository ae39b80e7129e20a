using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CrCache.Routes;
using CrCache.Ssh;
using Renci.SshNet.Messages.Connection;

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
    public async Task The_next_command_finds_a_channel_that_is_open_already()
    {
        using var server = await SshServer.StartAsync(new() { Lines = ["LogLevel DEBUG"] });
        await using var connection = await ConnectAsync(server, TimeProvider.System);
        await RunAsync(connection, "echo first");
        await Eventually.True(() => Opened(server) == 2);

        await using var channel = await connection.OpenAsync(Token);
        await connection.StartAsync(channel!, "echo second", null, ahead: false, Token);

        Assert.Equal("second\n", await ReadAsync(channel!.Output));
        Assert.Equal(2, Opened(server));
    }

    [Fact]
    public async Task A_channel_that_was_open_for_long_is_not_used()
    {
        using var server = await SshServer.StartAsync(new() { Lines = ["LogLevel DEBUG", "MaxSessions 2"] });
        SteppedTime time = new(DateTimeOffset.UnixEpoch);
        await using var connection = await ConnectAsync(server, time);
        await RunAsync(connection, "echo first");
        await Eventually.True(() => Opened(server) == 2);

        time.Advance(TimeSpan.FromSeconds(31));

        await RunAsync(connection, "echo second");
        Assert.InRange(Opened(server), 3, 4);
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
    public async Task A_server_that_stops_reading_holds_nobody_up_who_ends_the_connection()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "exec sleep 100", null);
        await using var reader = await StartAsync(connection, "exec cat >/dev/null", null);
        await _server!.FreezeAsync();
        var stuck = Task.Run(async () => await reader.Input.WriteAsync(new byte[50_000_000], Token), Token);
        await Task.WhenAny(stuck, StaysAsync(() => stuck.Status));

        await connection.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token);

        await Assert.ThrowsAsync<IOException>(() => stuck.WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.NotNull((await channel.Ended).Lost);
    }

    [Fact]
    public async Task A_server_that_stops_reading_is_given_up_and_so_is_what_was_to_be_sent()
    {
        await using var connection = await new SshDialer(TimeProvider.System).ConnectAsync([With(s => s with { ServerAliveInterval = TimeSpan.FromSeconds(0.2), ServerAliveCountMax = 2 })], Token);
        await using var reader = await StartAsync(connection, "exec cat >/dev/null", null);
        await _server!.FreezeAsync();

        var stuck = Task.Run(async () => await reader.Input.WriteAsync(new byte[50_000_000], Token), Token);

        await connection.Lost.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await Assert.ThrowsAsync<IOException>(() => stuck.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Fact]
    public async Task A_server_that_sends_more_than_there_is_room_for_loses_its_channel_and_fills_no_memory()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "exec sleep 100", null);
        await using var other = await StartAsync(connection, "exec cat", null);
        var data = new byte[32 * 1024];

        for (var sent = 0; sent <= 4 * 1024 * 1024; sent += data.Length)
            channel.Receive(new ChannelDataMessage(0, data));

        Assert.Contains("more than there was room for", (await channel.Ended.WaitAsync(TimeSpan.FromSeconds(30), Token)).Lost, StringComparison.Ordinal);
        Assert.InRange(await LengthAsync(channel.Output), 1, 2 * 1024 * 1024);
        await other.Input.DisposeAsync();
        Assert.Equal(0, (await other.Ended).ExitCode);
    }

    [Fact]
    public async Task What_a_server_sends_behind_its_end_of_file_is_nothing()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await StartAsync(connection, "exec sleep 100", null);

        channel.Receive(new ChannelEofMessage(0));
        channel.Receive(new ChannelDataMessage(0, [1]));

        Assert.Equal("", await ReadAsync(channel.Output));
        Assert.False(connection.Lost.IsCompleted);
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

    [Fact]
    public async Task The_end_of_a_host_behind_a_bastion_is_heard_of_and_not_waited_for()
    {
        // Nobody asks for signs of life here.
        var patient = With(s => s with { ServerAliveInterval = TimeSpan.FromHours(1) });
        await using var connection = await new SshDialer(TimeProvider.System).ConnectAsync([patient, patient], Token);
        await using var channel = await StartAsync(connection, "kill -9 $PPID; sleep 100", null);

        Assert.NotNull((await channel.Ended.WaitAsync(TimeSpan.FromSeconds(30), Token)).Lost);
    }

    [Fact]
    public async Task A_host_behind_a_bastion_that_turns_newcomers_away_is_asked_again()
    {
        var turnedAway = 0;
        using TurnstileRelay busy = new(_server!, () => Interlocked.Increment(ref turnedAway) <= 2);

        await using var connection = await new SshDialer(TimeProvider.System).ConnectAsync([Target(), With(s => s with { Port = busy.Port, ConnectTimeout = TimeSpan.FromMinutes(10) })], Token)
            .WaitAsync(TimeSpan.FromMinutes(1), Token);

        Assert.Equal(3, turnedAway);
    }

    [Fact]
    public async Task The_exchange_that_withstands_a_quantum_computer_is_asked_for_first()
    {
        using TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var connecting = new SshDialer(TimeProvider.System).ConnectAsync([With(s => s with { Port = port, KeyExchanges = null })], Token);

        using (var client = await listener.AcceptTcpClientAsync(Token))
        {
            var stream = client.GetStream();
            await stream.WriteAsync("SSH-2.0-quiet\r\n"u8.ToArray(), Token);
            while (stream.ReadByte() != '\n')
            {
            }

            // Length, padding, the message's number, a cookie, and the list with its length.
            var offer = new byte[4 + 1 + 1 + 16 + 4 + 22];
            await stream.ReadExactlyAsync(offer, Token);
            Assert.Equal("mlkem768x25519-sha256,", Encoding.ASCII.GetString(offer[^22..]));
        }

        await Assert.ThrowsAsync<SshFailure>(() => connecting);
    }

    [Fact]
    public async Task The_sort_of_address_that_is_wanted_is_used()
    {
        await using var connection = await new SshDialer(TimeProvider.System).ConnectAsync([With(s => s with { AddressFamily = AddressFamily.InterNetwork })], Token);
        var other = await Assert.ThrowsAsync<SshFailure>(() => new SshDialer(TimeProvider.System).ConnectAsync([With(s => s with { AddressFamily = AddressFamily.InterNetworkV6 })], Token));

        Assert.Equal("there is no host 127.0.0.1 with an IPv6 address (AddressFamily)", other.Message);
    }

    [Fact]
    public async Task A_host_that_is_not_up_yet_is_tried_as_often_as_is_said()
    {
        await _server!.CrashAsync();

        var connecting = new SshDialer(TimeProvider.System).ConnectAsync([With(s => s with { ConnectionAttempts = 10_000 })], Token);
        await _server.RestartAsync();

        await using var connection = await connecting.WaitAsync(TimeSpan.FromMinutes(1), Token);
    }

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static int Opened(SshServer server) => server.Log.Split("server_input_channel_open: ctype session").Length - 1;

    private static async Task RunAsync(SshConnection connection, string line)
    {
        await using var channel = await StartAsync(connection, line, null);
        Assert.Equal(line["echo ".Length..] + "\n", await ReadAsync(channel.Output));
        await channel.Ended;
    }

    private static Task<SshConnection> ConnectAsync(SshServer server, TimeProvider time)
    {
        var target = new SshTargets(Environment.GetEnvironmentVariable).Of(new([SshLab.Endpoint], server.Configuration, ""))[0];
        return new SshDialer(time).ConnectAsync([target with { Settings = target.Settings with { ServerAliveInterval = TimeSpan.FromHours(1) } }], Token);
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
        await connection.StartAsync(channel!, line, terminal, ahead: true, Token);
        return channel!;
    }

    // Until the socket is full.
    private static async Task StaysAsync(Func<TaskStatus> status)
    {
        for (var same = 0; same < 10; same = status() == TaskStatus.RanToCompletion ? 10 : same + 1)
            await Task.Delay(50, Token);
    }

    private static async Task<long> LengthAsync(Stream stream)
    {
        using MemoryStream all = new();
        await stream.CopyToAsync(all, Token);
        return all.Length;
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync(Token);
    }
}
