namespace CrCache.Ssh;

/// <summary>A command for a host.</summary>
/// <param name="Hops">The hosts to go through, the nearest first; the command runs on the last.</param>
/// <param name="Configuration">A file to read in place of the user's and the system's ssh_config; null for those.</param>
/// <param name="Line">The command, for the login's shell.</param>
/// <param name="Terminal">The terminal it gets; null for none.</param>
internal sealed record SshCall(IReadOnlyList<SshEndpoint> Hops, string? Configuration, string Line, SshTerminal? Terminal = null)
{
    /// <summary>What calls over one connection have in common.</summary>
    public string Way => string.Join('\n', Hops.Select(h => h.ToString()).Append(Configuration));
}
