namespace CrCache.Ssh;

/// <summary>A host that is reached by ssh.</summary>
/// <param name="Host">A host name, address or ssh_config alias.</param>
/// <param name="Port">The port; null for the user's own configuration, else 22.</param>
/// <param name="User">The login; null for the user's own configuration, else the local user's name.</param>
public sealed record SshEndpoint(string Host, int? Port = null, string? User = null)
{
    /// <summary>The files of keys to log in with, absolute or in <c>~/</c>; none for the user's own configuration.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>
    /// The host's keys, each as a fingerprint (<c>SHA256:...</c>) or in base64: no other is taken, whatever is known of the host. None for
    /// what known_hosts say.
    /// </summary>
    public IReadOnlyList<string> HostKeys { get; init; } = [];

    /// <summary>What becomes of a host that nobody knows: true to write its key down and go on, false to refuse it, null for the user's own configuration.</summary>
    public bool? AcceptsNewHost { get; init; }

    /// <summary>How long to wait for a connection; null for the user's own configuration.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>What makes the connection.</summary>
    public SshTransport Transport { get; init; }

    /// <summary>How long a connection is kept for the next command, zero for not at all; null for the usual time.</summary>
    public TimeSpan? Persist { get; init; }
}
