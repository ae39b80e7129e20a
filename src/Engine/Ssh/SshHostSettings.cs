using System.Net.Sockets;

namespace CrCache.Ssh;

/// <summary>How a host is reached, as an ssh_config has it: every name and path is expanded.</summary>
internal sealed record SshHostSettings
{
    /// <summary>The host as it was asked for.</summary>
    public required string Host { get; init; }

    /// <summary>The name or address to connect to.</summary>
    public required string HostName { get; init; }

    /// <summary>The port.</summary>
    public int Port { get; init; } = SshConfig.DefaultPort;

    /// <summary>The login.</summary>
    public required string User { get; init; }

    /// <summary>The hosts on the way, the nearest first. The configuration may say more of each: see <see cref="SshConfig"/>.</summary>
    public IReadOnlyList<SshJump> Jumps { get; init; } = [];

    /// <summary>The files of keys to log in with, in order.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>Whether these are the usual ones, which need not be there.</summary>
    public bool HasUsualIdentities { get; init; }

    /// <summary>Certificates for these keys, besides those that lie beside them.</summary>
    public IReadOnlyList<string> CertificateFiles { get; init; } = [];

    /// <summary>Whether an agent's other keys are left alone.</summary>
    public bool IdentitiesOnly { get; init; }

    /// <summary>The agent's socket; null for none.</summary>
    public string? Agent { get; init; }

    /// <summary>The only keys that the host may have, each as <see cref="HostKeyPins"/> has it; none for what known_hosts say.</summary>
    public IReadOnlyList<string> PinnedKeys { get; init; } = [];

    /// <summary>What becomes of a host that nobody knows.</summary>
    public HostKeyPolicy HostKeys { get; init; }

    /// <summary>The name to look for in known_hosts, whatever the port; null for the host's own.</summary>
    public string? HostKeyAlias { get; init; }

    /// <summary>The name to look for in known_hosts.</summary>
    public string KnownHostsName => HostKeyAlias ?? HostName;

    /// <summary>The port that goes with it.</summary>
    public int KnownHostsPort => HostKeyAlias is null ? Port : SshConfig.DefaultPort;

    /// <summary>Whether a name that is added to known_hosts is hashed.</summary>
    public bool HashKnownHosts { get; init; }

    /// <summary>The user's files of known hosts. What is added is added to the first.</summary>
    public IReadOnlyList<string> UserKnownHosts { get; init; } = [];

    /// <summary>The system's.</summary>
    public IReadOnlyList<string> GlobalKnownHosts { get; init; } = [];

    /// <summary>How long to wait for a connection; null where nothing is said of it.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>How often to try.</summary>
    public int ConnectionAttempts { get; init; } = 1;

    /// <summary>After which silence the server is asked whether it is there; zero for never, null where nothing is said of it.</summary>
    public TimeSpan? ServerAliveInterval { get; init; }

    /// <summary>How often it may leave that unanswered; null where nothing is said of it.</summary>
    public int? ServerAliveCountMax { get; init; }

    /// <summary>The sort of addresses to use.</summary>
    public AddressFamily AddressFamily { get; init; }

    /// <summary>The ciphers; null for the usual ones. So with those below.</summary>
    public AlgorithmList? Ciphers { get; init; }

    /// <summary>The key exchanges.</summary>
    public AlgorithmList? KeyExchanges { get; init; }

    /// <summary>The message authentication codes.</summary>
    public AlgorithmList? MessageCodes { get; init; }

    /// <summary>The algorithms of hosts' keys.</summary>
    public AlgorithmList? HostKeyAlgorithms { get; init; }

    /// <summary>The algorithms of keys to log in with.</summary>
    public AlgorithmList? IdentityAlgorithms { get; init; }

    /// <summary>Whether to compress.</summary>
    public bool Compression { get; init; }

    /// <summary>Variables to set there.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
