using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CrCache.Lab;

/// <summary>
/// A real OpenSSH server on the loopback address, with keys of its own. Nothing of the user's ssh is read or written.
/// It ends with the test process, however that ends.
/// </summary>
public sealed class SshServer : IDisposable
{
    /// <summary>What ssh calls it under <see cref="Configuration"/>.</summary>
    public const string Host = "crcache-lab";

    private readonly TemporaryDirectory _directory = new();
    private readonly ProcessRun _server;
    private int _stopped;

    private SshServer(string more)
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        // The login reads the keys as itself; a root's sshd wants a directory that Debian makes at boot.
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd");
        foreach (var key in new[] { "host", "id" })
            ProcessRun.RunAsync(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _directory.Combine(key)]).GetAwaiter().GetResult().Success();

        // The login shell's files are not the tests': one that speaks, or that fifty at once step on, would be heard in them.
        Directory.CreateDirectory(_directory.Combine("home"));
        _directory.Write("sshd_config", string.Create(CultureInfo.InvariantCulture, $"""
            ListenAddress 127.0.0.1:{Port}
            HostKey {_directory.Combine("host")}
            PidFile none
            AuthorizedKeysFile {_directory.Combine("id.pub")}
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UsePAM no
            PermitRootLogin prohibit-password
            MaxStartups 200
            UseDNS no
            SetEnv HOME={_directory.Combine("home")}
            {more}

            """));
        _directory.Write("known_hosts", $"{Host} {File.ReadAllText(_directory.Combine("host.pub"))}");
        _directory.Write("ssh_config", string.Create(CultureInfo.InvariantCulture, $"""
            Host {Host} {Host}-*
              HostName 127.0.0.1
              HostKeyAlias {Host}
              Port {Port}
              User {Environment.UserName}
              IdentityFile {_directory.Combine("id")}
              IdentitiesOnly yes
              UserKnownHostsFile {_directory.Combine("known_hosts")}
              GlobalKnownHostsFile none
              StrictHostKeyChecking yes
              KexAlgorithms curve25519-sha256

            """));

        // The shell holds a pipe from this process: it reads the end of file where this process is killed.
        const string script = """ "$0" -D -e -f "$1" & read -r _; kill $! """;
        _server = ProcessRun.Start(["sh", "-c", script, Requirement.PathOf("sshd")!, _directory.Combine("sshd_config")], keepInputOpen: true);
    }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>An ssh_config that reaches it as <see cref="Host"/>, or as that with anything after a dash, for <c>ssh -F</c>.</summary>
    public string Configuration => _directory.Combine("ssh_config");

    /// <summary>Its own key, as files of known hosts have it behind the host's name.</summary>
    public string HostKey => string.Join(' ', File.ReadAllText(_directory.Combine("host.pub")).Split(' ').Take(2));

    /// <summary>The file of a key that may log in.</summary>
    public string Identity => _directory.Combine("id");

    /// <summary>Lets another key log in.</summary>
    /// <param name="line">The key, as <c>authorized_keys</c> has it.</param>
    public void Authorize(string line) => File.AppendAllText(_directory.Combine("id.pub"), line + "\n");

    /// <summary>What it has said.</summary>
    public string Log => _server.ErrorSoFar;

    /// <summary>Starts a server.</summary>
    /// <param name="more">More lines of its configuration.</param>
    /// <returns>The server, which answers.</returns>
    public static async Task<SshServer> StartAsync(string more = "")
    {
        SshServer server = new(more);
        await Eventually.True(() => server.Log.Contains("Server listening", StringComparison.Ordinal), what: $"sshd on port {server.Port}");
        return server;
    }

    /// <summary>Ends the server; who knew it finds nobody there.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
            _server.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _directory.Dispose();
    }
}
