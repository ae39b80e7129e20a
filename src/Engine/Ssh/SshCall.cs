namespace CrCache.Ssh;

/// <summary>A command for a host.</summary>
/// <param name="Hops">The hosts to go through, the nearest first; the command runs on the last.</param>
/// <param name="Configuration">A file to read in place of the user's and the system's ssh_config; null for those.</param>
/// <param name="Line">The command, for the login's shell.</param>
internal sealed record SshCall(IReadOnlyList<SshEndpoint> Hops, string? Configuration, string Line)
{
    /// <summary>How long a connection stays for the next call.</summary>
    public static readonly TimeSpan DefaultPersist = TimeSpan.FromSeconds(60);

    /// <summary>The terminal it gets; null for none.</summary>
    public SshTerminal? Terminal { get; init; }

    /// <summary>How long the connection stays for the next call.</summary>
    public TimeSpan Persist { get; init; } = Hops[^1].Persist ?? DefaultPersist;

    /// <summary>Commands that end this one where its caller is gone, the gentlest first, two seconds between them.</summary>
    public IReadOnlyList<string> Abandon { get; init; } = [];

    /// <summary>What calls over one connection have in common.</summary>
    public string Way => string.Join('\n', Hops.Select(SshEndpointText.Of).Append(Configuration));
}
