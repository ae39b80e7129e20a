using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CrCache.Ssh;

/// <summary>The ssh_config of this machine and its user.</summary>
/// <param name="file">The one file to read, as <c>ssh -F</c> has it; null for the user's and the system's.</param>
/// <param name="user">Who connects.</param>
/// <param name="variable">The environment.</param>
internal sealed class SshConfig(string? file, LocalUser user, Func<string, string?> variable)
{
    /// <summary>The port of a host of which none is said.</summary>
    public const int DefaultPort = 22;

    /// <summary>Where the system's files are.</summary>
    public const string SystemDirectory = "/etc/ssh";

    private const int MostJumps = 16;

    // Keys in security devices need somebody to touch them; an agent's are used.
    private static readonly string[] UsualIdentities = ["id_rsa", "id_ecdsa", "id_ed25519"];

    /// <summary>The files that were read so far.</summary>
    public SshConfigStamp Stamp { get; } = new();

    /// <summary>A host and all hosts on the way to it.</summary>
    /// <param name="host">The host, by any name that the configuration knows.</param>
    /// <param name="port">Its port; null for the configuration's.</param>
    /// <param name="login">The login there; null for the configuration's.</param>
    /// <returns>The hosts, the nearest first and the one that was asked for last.</returns>
    /// <exception cref="ConfigurationException">The configuration is wrong or says what is not supported, or the way is a circle.</exception>
    public IReadOnlyList<SshHostSettings> Way(string host, int? port = null, string? login = null) => Way(Resolve(host, port, login), 0);

    /// <summary>How a host is reached.</summary>
    /// <param name="host">The host, by any name that the configuration knows.</param>
    /// <param name="port">Its port; null for the configuration's.</param>
    /// <param name="login">The login there; null for the configuration's.</param>
    /// <exception cref="ConfigurationException">The configuration is wrong or says what is not supported.</exception>
    public SshHostSettings Resolve(string host, int? port = null, string? login = null)
    {
        SshOptionValues found = new();
        if (port is { } number)
        {
            found.Set("port", new([number.ToString(CultureInfo.InvariantCulture)], null));
        }

        if (login is not null)
        {
            found.Set("user", new([login], null));
        }

        var wantsFinal = Read(found, new(user, host, host, IsFinal: false));
        var name = Name(found, host);
        if (wantsFinal)
        {
            found.Replace("hostname", name);
            Read(found, new(user, host, name, IsFinal: true));
        }

        SshUnsupported.Refuse(found);
        return Settings(found, host, name);
    }

    /// <summary>The way through other hosts. Of those between, only what the host behind them says of how to get there counts, as with ssh.</summary>
    private List<SshHostSettings> Way(SshHostSettings host, int depth)
    {
        if (depth > MostJumps)
        {
            throw new ConfigurationException(ErrorCodes.ConfigurationSyntax, $"ProxyJump: the way to {host.Host} leads through itself", null);
        }

        List<SshHostSettings> way = [];
        for (var i = 0; i < host.Jumps.Count; i++)
        {
            var jump = Resolve(host.Jumps[i].Host, host.Jumps[i].Port, host.Jumps[i].User);
            way.AddRange(i == 0 ? Way(jump, depth + 1) : [jump]);
        }

        return [.. way, host];
    }

    private bool Read(SshOptionValues found, SshMatch match)
    {
        SshConfigReader reader = new(match, variable, found, Stamp);
        if (file is not null)
        {
            if (!file.Equals("none", StringComparison.OrdinalIgnoreCase) && !reader.Read(file, isUsers: true, checks: false))
            {
                throw new ConfigurationException(ErrorCodes.ConfigurationSyntax, "there is no such ssh configuration", new(file, 0));
            }
        }
        else
        {
            reader.Read(Path.Combine(user.Home, ".ssh", "config"), isUsers: true, checks: true);
            reader.Read(Path.Combine(SystemDirectory, "ssh_config"), isUsers: false, checks: false);
        }

        return reader.WantsFinal;
    }

    private string Name(SshOptionValues found, string host)
    {
        var name = found["hostname"] is { } value
            ? new SshTokens(user, variable) { Original = host, Host = host, RemoteUser = "" }.Expand(value, value.Text, only: "h")
            : host;
        return IPAddress.TryParse(name, out _) ? name : name.ToLowerInvariant();
    }

    private SshHostSettings Settings(SshOptionValues found, string host, string name)
    {
        var port = found.Text("port") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : DefaultPort;
        var login = found.Text("user") ?? user.Name;
        var jumps = found.Text("proxyjump") is { } list ? SshJump.List(list)! : [];
        SshTokens tokens = new(user, variable)
        {
            Original = host,
            Host = name,
            Port = port,
            RemoteUser = login,
            Alias = found.Text("hostkeyalias"),
            Jump = jumps is [.., var last] ? last.Host : "",
        };
        IEnumerable<string> Added(string option) => found.All(option).Where(v => !v.IsNone).Select(v => tokens.Path(v, v.Text));
        IReadOnlyList<string> Files(string option, params string[] usual) => found[option] is { } value
            ? value.IsNone ? [] : [.. value.Words.Select(w => tokens.Path(value, w))]
            : usual;
        AlgorithmList? Algorithms(string option) => found.Text(option) is { } algorithms ? new(algorithms) : null;
        var home = Path.Combine(user.Home, ".ssh");
        return new()
        {
            Host = host,
            HostName = name,
            Port = port,
            User = login,
            Jumps = jumps,
            HasUsualIdentities = found.All("identityfile").Count == 0,
            IdentityFiles = found.All("identityfile").Count == 0 ? [.. UsualIdentities.Select(i => Path.Combine(home, i))] : [.. Added("identityfile")],
            CertificateFiles = [.. Added("certificatefile")],
            IdentitiesOnly = found["identitiesonly"] is { IsYes: true },
            Agent = Agent(found["identityagent"], tokens),
            HostKeys = found.Text("stricthostkeychecking")?.ToLowerInvariant() switch
            {
                "no" or "off" or "false" => HostKeyPolicy.Any,
                "accept-new" => HostKeyPolicy.AcceptNew,
                _ => HostKeyPolicy.Strict,
            },
            HostKeyAlias = found.Text("hostkeyalias"),
            HashKnownHosts = found["hashknownhosts"] is { IsYes: true },
            UserKnownHosts = Files("userknownhostsfile", Path.Combine(home, "known_hosts"), Path.Combine(home, "known_hosts2")),
            GlobalKnownHosts = Files("globalknownhostsfile", Path.Combine(SystemDirectory, "ssh_known_hosts"), Path.Combine(SystemDirectory, "ssh_known_hosts2")),
            ConnectTimeout = found.Text("connecttimeout") is { } limit && SshTime.Parse(limit) is { Ticks: > 0 } time ? time : null,
            ConnectionAttempts = found.Text("connectionattempts") is { } attempts ? int.Parse(attempts, CultureInfo.InvariantCulture) : 1,
            ServerAliveInterval = found.Text("serveraliveinterval") is { } interval ? SshTime.Parse(interval) : null,
            ServerAliveCountMax = found.Text("serveralivecountmax") is { } most ? int.Parse(most, CultureInfo.InvariantCulture) : null,
            AddressFamily = found.Text("addressfamily")?.ToLowerInvariant() switch
            {
                "inet" => AddressFamily.InterNetwork,
                "inet6" => AddressFamily.InterNetworkV6,
                _ => AddressFamily.Unspecified,
            },
            Ciphers = Algorithms("ciphers"),
            KeyExchanges = Algorithms("kexalgorithms"),
            MessageCodes = Algorithms("macs"),
            HostKeyAlgorithms = Algorithms("hostkeyalgorithms"),
            IdentityAlgorithms = Algorithms("pubkeyacceptedalgorithms"),
            Compression = found["compression"] is { IsYes: true },
            Environment = Variables(found["setenv"]?.Words ?? []),
        };
    }

    private string? Agent(SshOptionValue? said, SshTokens tokens) => said switch
    {
        null => variable("SSH_AUTH_SOCK"),
        { IsNone: true } => null,
        { Text: "SSH_AUTH_SOCK" } => variable("SSH_AUTH_SOCK"),
        { Text: ['$', not '{', ..] name } => variable(name[1..]),
        _ => tokens.Path(said, said.Text),
    };

    private static Dictionary<string, string> Variables(IReadOnlyList<string> words)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            variables.TryAdd(word[..equals], word[(equals + 1)..]);
        }

        return variables;
    }
}
