namespace CrCache.Routes;

/// <summary>How a carrier ended.</summary>
/// <param name="Result">How the command ended, as far as the carrier can tell.</param>
/// <param name="IsCertain">Whether that came from the host. A program's own 255 is a lost connection or the command's.</param>
/// <param name="Lost">Why the connection was lost, where that is known.</param>
/// <param name="Unwritten">Why what the command wrote could not be written here; null where it could, and where nobody wanted it.</param>
internal sealed record SshCarrierEnd(CommandResult Result, bool IsCertain, string? Lost = null, string? Unwritten = null);
