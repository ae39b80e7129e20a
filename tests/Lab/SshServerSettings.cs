namespace CrCache.Lab;

/// <summary>What kind of a server it is.</summary>
public sealed record SshServerSettings
{
    /// <summary>Its name in ssh_config.</summary>
    public string Name { get; init; } = SshServer.Host;

    /// <summary>The address it listens at; any of 127.0.0.0/8 is this machine.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Its port; null for a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Lines of sshd_config, such as <c>MaxSessions 2</c>. One that the lab has as well takes its place.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>The words before the server's program that start it elsewhere, such as <see cref="HostNetwork.Enter"/>.</summary>
    public IReadOnlyList<string> Enter { get; init; } = [];
}
