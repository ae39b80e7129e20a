using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CrCache.Lab;

/// <summary>
/// A real OpenSSH server with a key of its own, on the loopback address unless said otherwise. It ends with the test process, however that
/// ends, and so do its connections and what was started through them.
/// </summary>
public sealed class SshServer : IDisposable
{
    /// <summary>
    /// What ssh calls one that has no other name, under <see cref="Configuration"/>; the same with anything after a dash is another name for it.
    /// </summary>
    public const string Host = "crcache-lab";

    private const string Listening = "Server listening";

    // The shell holds a pipe from this process: it reads the end of file where this process is killed. A server's connections are its children.
    private const string Keeper =
        """
        conf=$1; shift
        family() { for c in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do family "$c"; done; echo "$1"; }
        each() { kill "$1" $(family "$p") 2>/dev/null; }
        up() { "$@" -D -e -f "$conf" </dev/null >/dev/null & p=$!; }
        down() { each -9; wait "$p" 2>/dev/null; }
        up "$@"
        while read -r what; do
          case $what in
            freeze) each -STOP ;;
            thaw) each -CONT ;;
            down) down ;;
            up) up "$@" ;;
          esac
          echo "$what"
        done
        down
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly SshAccess _access;
    private readonly bool _ownsAccess;
    private readonly ProcessRun _server;
    private int _stopped;

    private SshServer(SshServerSettings settings, SshAccess? access)
    {
        (_access, _ownsAccess) = (access ?? new(), access is null);
        Name = settings.Name;
        Address = settings.Address;
        Port = settings.Port ?? FreePort(IPAddress.Parse(Address));

        SshAccess.MakeKey(_directory.Combine("host"));
        ConfigurationOfServer = WriteConfiguration(_directory, settings, _access, $"ListenAddress {Address}:{Port}");
        if (Name == Host)
        {
            _access.Add($"{Host} {Host}-*", Address, Port, Host);
            _access.Know(Host, Key);
        }
        else
        {
            _access.Add(Name, Address, Port);
            _access.Know(Port == 22 ? Address : $"[{Address}]:{Port}", Key);
        }

        _server = ProcessRun.Start(
            ["sh", "-c", Keeper, "sh", ConfigurationOfServer, .. settings.Enter, Requirement.PathOf("sshd")!], keepInputOpen: true);
    }

    /// <summary>Its name in <see cref="Configuration"/>.</summary>
    public string Name { get; }

    /// <summary>Its address.</summary>
    public string Address { get; }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>An ssh_config that reaches it by its name, for <c>ssh -F</c>.</summary>
    public string Configuration => _access.Configuration;

    /// <summary>What it has said.</summary>
    public string Log => _server.ErrorSoFar;

    /// <summary>Its public key.</summary>
    public string Key => File.ReadAllText(_directory.Combine("host.pub"));

    /// <summary>The directory that its logins have as HOME.</summary>
    public string Home => _directory.Combine("home");

    /// <summary>Its own configuration, for <c>sshd -f</c>.</summary>
    internal string ConfigurationOfServer { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="settings">What kind of one; null for one that lets in whoever has the key.</param>
    /// <param name="access">What its clients have, to which it is added; null for one of its own.</param>
    /// <returns>The server, which answers.</returns>
    public static async Task<SshServer> StartAsync(SshServerSettings? settings = null, SshAccess? access = null)
    {
        SshServer server = new(settings ?? new(), access);
        await server.ListensAsync(times: 1);
        return server;
    }

    /// <summary>The fingerprint of its key, as ssh shows it.</summary>
    public async Task<string> FingerprintAsync() =>
        (await ProcessRun.RunAsync(["ssh-keygen", "-lf", _directory.Combine("host.pub")])).Success().Output.Split(' ')[1];

    /// <summary>The file of the key that may log in.</summary>
    public string Identity => _access.Identity;

    /// <summary>Lets another key log in.</summary>
    /// <param name="line">The key, as <c>authorized_keys</c> has it.</param>
    public void Authorize(string line) => File.AppendAllText($"{_access.Identity}.pub", line + "\n");

    /// <summary>Stops it as it is, with its connections and what runs through them: nothing answers, and nothing is closed.</summary>
    public Task FreezeAsync() => AskAsync("freeze");

    /// <summary>Lets it go on.</summary>
    public Task ThawAsync() => AskAsync("thaw");

    /// <summary>Kills it, with its connections and what runs through them, as a machine does that loses its power and answers again.</summary>
    public Task CrashAsync() => AskAsync("down");

    /// <summary>Starts it anew on the same port.</summary>
    /// <param name="newKey">True for another key, which its clients have not heard of.</param>
    public async Task RestartAsync(bool newKey = false)
    {
        await CrashAsync();
        if (newKey)
            SshAccess.MakeKey(_directory.Combine("host"));
        var before = Count(Log, Listening);
        await AskAsync("up");
        await ListensAsync(before + 1);
    }

    /// <summary>Ends the server for good; who knew it finds nobody there.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
            _server.Dispose();
    }

    /// <summary>Does what the kernel does where this process is killed.</summary>
    /// <returns>A task that ends when all that was to end then has.</returns>
    public async Task AbandonAsync()
    {
        await _server.Input.DisposeAsync();
        await _server.WaitAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _directory.Dispose();
        if (_ownsAccess)
            _access.Dispose();
    }

    /// <summary>Writes a server's configuration and makes what it names but the key, the file <c>host</c> there.</summary>
    internal static string WriteConfiguration(TemporaryDirectory directory, SshServerSettings settings, SshAccess access, string listen = "")
    {
        // A root's sshd wants a directory that Debian makes at boot.
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd");

        // The login shell's files are not the tests': one that speaks, or that fifty at once step on, would be heard in them.
        Directory.CreateDirectory(directory.Combine("home"));
        string[] own =
        [
            $"HostKey {directory.Combine("host")}",
            "PidFile none",
            $"AuthorizedKeysFile {access.Identity}.pub",
            "StrictModes no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "PermitRootLogin prohibit-password",
            "MaxStartups 200",
            "UseDNS no",
            $"SetEnv HOME={directory.Combine("home")}",
            "Subsystem sftp internal-sftp",
        ];

        // Of some lines sshd takes the first, of others the last.
        var lines = own.Where(o => !settings.Lines.Any(l => l.StartsWith(o[..(o.IndexOf(' ', StringComparison.Ordinal) + 1)], StringComparison.OrdinalIgnoreCase)));
        return directory.Write("sshd_config", string.Join('\n', [listen, .. lines, .. settings.Lines, ""]));
    }

    /// <summary>A port that nobody has, for a server to come.</summary>
    internal static int FreePort(IPAddress address)
    {
        using Socket free = new(SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)free.LocalEndPoint!).Port;
    }

    private static int Count(string text, string word) => text.Split(word).Length - 1;

    private async Task ListensAsync(int times)
    {
        await Eventually.True(
            () => Count(Log, Listening) >= times || _server.HasExited, what: string.Create(CultureInfo.InvariantCulture, $"sshd on port {Port}"));
        if (_server.HasExited)
            throw new InvalidOperationException($"sshd does not start: {Log}");
    }

    private async Task AskAsync(string what)
    {
        var before = _server.OutputSoFar.Length;
        await _server.Input.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{what}\n"));
        await _server.Input.FlushAsync();
        await Eventually.True(() => _server.OutputSoFar.Length > before, what: $"the server to {what}");
    }
}
