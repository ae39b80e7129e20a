namespace CrCache.Ssh;

/// <summary>Why a server does not open a channel. (RFC 4254, 5.1)</summary>
/// <param name="Description">What the server says of it; servers do not agree on the number that they give besides.</param>
internal sealed record SshRefusal(string Description);
