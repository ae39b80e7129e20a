using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>How ssh hosts are reached.</summary>
/// <param name="Configuration">A file to read in place of the user's and the system's ssh_config; null for those.</param>
/// <param name="Caller">How this process reaches hosts itself; null where it calls the program ssh.</param>
internal sealed record SshWays(string? Configuration, SshCaller? Caller);
