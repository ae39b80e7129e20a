namespace CrCache.Ssh;

/// <summary>How a command on a host ended.</summary>
/// <param name="ExitCode">Its exit code; null where a signal ended it, or nobody can say.</param>
/// <param name="Signal">The name of the signal that ended it, such as <c>TERM</c>; null for none.</param>
/// <param name="Lost">Why nobody can say: the connection was lost; null where it was not.</param>
internal sealed record SshEnd(int? ExitCode, string? Signal, string? Lost);
