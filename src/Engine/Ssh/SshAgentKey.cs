namespace CrCache.Ssh;

/// <summary>A key that an agent has.</summary>
/// <param name="Key">Its public half, or a certificate of it.</param>
/// <param name="Comment">What its owner calls it.</param>
internal sealed record SshAgentKey(byte[] Key, string Comment);
