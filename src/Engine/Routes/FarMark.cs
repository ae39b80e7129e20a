using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>What tells the processes of a command on a host: whoever has it can end them, from another process and after a crash.</summary>
/// <param name="Hops">The hosts to go through, the nearest first.</param>
/// <param name="Configuration">The ssh_config to read in place of the user's; null for that.</param>
/// <param name="Mark">What their command lines show.</param>
/// <param name="Users">Users whose processes the login may not signal itself.</param>
internal sealed record FarMark(IReadOnlyList<SshEndpoint> Hops, string? Configuration, string Mark, IReadOnlyList<string> Users);
