namespace CrCache.Ssh;

/// <summary>What the files of known hosts say of a host's key.</summary>
/// <param name="Standing">What is known of it.</param>
/// <param name="Where">The line that says so; null where none does.</param>
/// <param name="Fingerprint">The fingerprint of the key on that line.</param>
internal sealed record HostKeyVerdict(HostKeyStanding Standing, SourceLocation? Where = null, string? Fingerprint = null);
