using CrCache.Lab;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace CrCache.Ssh;

public sealed class SshIdentitiesTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryDirectory _directory = new();
    private readonly List<IDisposable> _running = [];

    public void Dispose()
    {
        _running.ForEach(r => r.Dispose());
        _directory.Dispose();
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("rsa")]
    public async Task A_key_in_a_file_logs_in(string type)
    {
        var server = await ServerAsync();
        server.Authorize(await KeyAsync("id", "-t", type));

        Assert.Equal("hello", Login(server, Settings(server, "id")));
    }

    [Theory]
    [InlineData("ed25519", null)]
    [InlineData("ecdsa", null)]
    [InlineData("rsa", null)]
    [InlineData("rsa", "rsa-sha2-256")]
    [InlineData("rsa", "rsa-sha2-512")]
    public async Task A_key_of_an_agent_logs_in(string type, string? accepted)
    {
        var server = await ServerAsync(accepted is null ? "" : $"PubkeyAcceptedAlgorithms {accepted}");
        server.Authorize(await KeyAsync("id", "-t", type));
        var agent = await AgentAsync("id");
        File.Delete(_directory.Combine("id"));

        Assert.Equal("hello", Login(server, Settings(server) with { Agent = agent }));
    }

    [Fact]
    public async Task An_encrypted_key_is_used_where_an_agent_has_it()
    {
        var server = await ServerAsync();
        server.Authorize(await KeyAsync("id", "-t", "ed25519"));
        var agent = await AgentAsync("id");
        (await ProcessRun.RunAsync(["ssh-keygen", "-q", "-p", "-P", "", "-N", "a secret", "-f", _directory.Combine("id")])).Success();

        Assert.Equal("hello", Login(server, Settings(server, "id") with { Agent = agent, IdentitiesOnly = true }));

        using var alone = SshIdentities.Of(Settings(server, "id"), LocalUser.Current());
        Assert.Empty(alone.HostKeyAlgorithms);
        Assert.Contains("has a passphrase", alone.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_half_names_the_agents_key()
    {
        var server = await ServerAsync();
        server.Authorize(await KeyAsync("id", "-t", "ed25519"));
        await KeyAsync("other", "-t", "ed25519");
        var agent = await AgentAsync("other", "id");
        File.Delete(_directory.Combine("id"));

        using var named = SshIdentities.Of(Settings(server, "id.pub") with { Agent = agent, IdentitiesOnly = true }, LocalUser.Current());
        Assert.Single(named.HostKeyAlgorithms);
        Assert.Equal("hello", Login(server, Settings(server, "id.pub") with { Agent = agent, IdentitiesOnly = true }));
    }

    [Fact]
    public async Task Keys_are_tried_in_the_order_of_ssh()
    {
        foreach (var name in new[] { "first", "second", "both", "agents" })
            await KeyAsync(name, "-t", "ed25519", "-C", name);
        var agent = await AgentAsync("agents", "both");
        var settings = new SshHostSettings { Host = "h", HostName = "h", User = "u", Agent = agent, IdentityFiles = [.. new[] { "first", "both", "second" }.Select(n => _directory.Combine(n))] };

        using var all = SshIdentities.Of(settings, LocalUser.Current());
        using var only = SshIdentities.Of(settings with { IdentitiesOnly = true }, LocalUser.Current());

        Assert.Equal($"tried both of the agent, agents of the agent, {_directory.Combine("first")}, {_directory.Combine("second")}", all.Summary);
        Assert.Equal($"tried both of the agent, {_directory.Combine("first")}, {_directory.Combine("second")}", only.Summary);
    }

    [Fact]
    public async Task Keys_of_rsa_are_tried_in_their_best_way_first_each()
    {
        await KeyAsync("rsa", "-t", "rsa");
        await KeyAsync("ed25519", "-t", "ed25519");
        SshHostSettings settings = new() { Host = "h", HostName = "h", User = "u", IdentityFiles = [_directory.Combine("rsa"), _directory.Combine("ed25519")] };

        using var usual = SshIdentities.Of(settings, LocalUser.Current());
        using var chosen = SshIdentities.Of(settings with { IdentityAlgorithms = new("+ssh-rsa") }, LocalUser.Current());
        using var none = SshIdentities.Of(settings with { IdentityAlgorithms = new("-rsa*") }, LocalUser.Current());

        Assert.Equal(["rsa-sha2-512", "ssh-ed25519", "rsa-sha2-256"], usual.HostKeyAlgorithms.Select(a => a.Name));
        Assert.Equal(["rsa-sha2-512", "ssh-ed25519", "rsa-sha2-256", "ssh-rsa"], chosen.HostKeyAlgorithms.Select(a => a.Name));
        Assert.Equal(["ssh-ed25519"], none.HostKeyAlgorithms.Select(a => a.Name));
        Assert.Contains("PubkeyAcceptedAlgorithms", none.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_certificate_logs_in(bool ofAgent)
    {
        var server = await ServerAsync();
        var authority = await KeyAsync("ca", "-t", "ed25519");
        await KeyAsync("id", "-t", "ed25519");
        (await ProcessRun.RunAsync(["ssh-keygen", "-q", "-s", _directory.Combine("ca"), "-I", "me", "-n", Environment.UserName, _directory.Combine("id.pub")])).Success();
        File.Copy(_directory.Combine("id-cert.pub"), _directory.Combine("certificate"));
        server.Authorize($"cert-authority {authority}");

        if (!ofAgent)
            Assert.Equal("hello", Login(server, Settings(server, "id")));
        File.Delete(_directory.Combine("id-cert.pub"));
        var settings = Settings(server, "id") with { CertificateFiles = [_directory.Combine("certificate")] };
        if (ofAgent)
        {
            settings = settings with { Agent = await AgentAsync("id") };
            File.Delete(_directory.Combine("id"));
        }

        Assert.Equal("hello", Login(server, settings));
        Assert.Throws<SshAuthenticationException>(() => Login(server, settings with { CertificateFiles = [] }));
    }

    [Fact]
    public async Task What_cannot_be_used_is_said()
    {
        await KeyAsync("open", "-t", "ed25519");
        File.SetUnixFileMode(_directory.Combine("open"), OwnerOnly | UnixFileMode.GroupRead);
        File.SetUnixFileMode(_directory.Write("nonsense", "hello\n"), OwnerOnly);
        File.SetUnixFileMode(_directory.Write("cut", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"), OwnerOnly);
        SshHostSettings settings = new()
        {
            Host = "h",
            HostName = "h",
            User = "u",
            Agent = _directory.Combine("no-agent"),
            IdentityFiles = [.. new[] { "open", "nonsense", "cut", "missing", "." }.Select(n => _directory.Combine(n))],
        };

        using var identities = SshIdentities.Of(settings, LocalUser.Current());

        Assert.Empty(identities.HostKeyAlgorithms);
        Assert.All(
            new[] { "there is no key to try", "open can be read by others", "nonsense is no key", "cut is no key", "missing is not there", "no-agent cannot be asked", "/. is no file" },
            s => Assert.Contains(s, identities.Summary, StringComparison.Ordinal));

        using var usual = SshIdentities.Of(settings with { HasUsualIdentities = true, IdentityFiles = [_directory.Combine("missing")], Agent = null }, LocalUser.Current());
        Assert.Equal("there is no key to try", usual.Summary);
    }

    [Fact]
    public async Task An_agent_that_refuses_is_passed_over()
    {
        var server = await ServerAsync();
        server.Authorize(await KeyAsync("refused", "-t", "ed25519"));
        server.Authorize(await KeyAsync("id", "-t", "ed25519"));
        var agent = await AgentAsync("refused");
        (await ProcessRun.RunAsync(["ssh-add", "-q", "-d", _directory.Combine("refused")], Socket(agent))).Success();
        (await ProcessRun.RunAsync(["ssh-add", "-q", "-c", _directory.Combine("refused")], Socket(agent))).Success();

        Assert.Equal("hello", Login(server, Settings(server, "id") with { Agent = agent }));
    }

    [Fact]
    public async Task What_is_no_agent_says_so()
    {
        var path = _directory.Combine("socket");
        using System.Net.Sockets.Socket listener = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        listener.Listen();
        foreach (var answer in new byte[][] { [], [0, 0, 0, 1], [0, 0, 0, 1, 5], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0], [0, 0, 0, 5, 12, 0, 0, 0, 9], [0, 0, 0, 1, 99] })
        {
            var serving = Task.Run(() =>
            {
                using var client = listener.Accept();
                client.Send(answer);
            });

            Assert.Throws<IOException>(() => new SshAgent(path).Keys());
            await serving;
        }
    }

    private static string Login(SshServer server, SshHostSettings settings)
    {
        using var identities = SshIdentities.Of(settings, LocalUser.Current());
        using SshClient client = new(new ConnectionInfo("127.0.0.1", server.Port, settings.User, identities.Method(settings.User)));
        client.Connect();
        using var command = client.RunCommand("echo hello");
        return command.Result.Trim();
    }

    private SshHostSettings Settings(SshServer server, params string[] files) => new()
    {
        Host = "127.0.0.1",
        HostName = "127.0.0.1",
        Port = server.Port,
        User = Environment.UserName,
        IdentityFiles = [.. files.Select(f => _directory.Combine(f))],
    };

    private async Task<SshServer> ServerAsync(string more = "")
    {
        Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason);
        var server = await SshServer.StartAsync(new() { Lines = [more] });
        _running.Add(server);
        return server;
    }

    private async Task<string> KeyAsync(string name, params string[] options)
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        (await ProcessRun.RunAsync(["ssh-keygen", "-q", "-N", "", "-f", _directory.Combine(name), .. options])).Success();
        return (await File.ReadAllTextAsync(_directory.Combine(name + ".pub"))).Trim();
    }

    private async Task<string> AgentAsync(params string[] keys)
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        var socket = _directory.Combine($"agent{_running.Count}");
        _running.Add(ProcessRun.Start(["ssh-agent", "-D", "-a", socket], new Dictionary<string, string> { ["SSH_ASKPASS"] = "/bin/false" }));

        // The socket is there before it is listened on.
        await Eventually.TrueAsync(async () => (await ProcessRun.RunAsync(["ssh-add", "-l"], Socket(socket))).ExitCode != 2, what: "an agent");
        foreach (var key in keys)
            (await ProcessRun.RunAsync(["ssh-add", "-q", _directory.Combine(key)], Socket(socket))).Success();
        return socket;
    }

    private static Dictionary<string, string> Socket(string path) => new() { ["SSH_AUTH_SOCK"] = path };
}
