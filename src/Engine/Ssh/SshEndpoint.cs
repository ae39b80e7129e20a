namespace CrCache.Ssh;

/// <summary>A host that is reached by ssh.</summary>
/// <param name="Host">A host name, address or ssh_config alias.</param>
/// <param name="Port">The port; null for the user's own configuration, else 22.</param>
/// <param name="User">The login; null for the user's own configuration, else the local user's name.</param>
public sealed record SshEndpoint(string Host, int? Port = null, string? User = null);
