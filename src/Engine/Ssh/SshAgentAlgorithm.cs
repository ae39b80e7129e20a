using System.Text;
using Renci.SshNet.Security;

namespace CrCache.Ssh;

/// <summary>A key of an agent, as SSH.NET logs in with it.</summary>
/// <param name="agent">The agent.</param>
/// <param name="algorithm">How it signs.</param>
/// <param name="key">The key, as the agent lists it.</param>
/// <param name="shown">What is shown to the server: the key, or a certificate of it.</param>
internal sealed class SshAgentAlgorithm(SshAgent agent, string algorithm, byte[] key, byte[] shown) : HostAlgorithm(algorithm)
{
    private const uint Sha256 = 2;
    private const uint Sha512 = 4;

    /// <inheritdoc/>
    public override byte[] Data => shown;

    /// <summary>Signs; where the agent refuses, with what no server takes, so that the next key is tried, as with ssh.</summary>
    public override byte[] Sign(byte[] data)
    {
        var flags = Name.StartsWith("rsa-sha2-256", StringComparison.Ordinal) ? Sha256 : Name.StartsWith("rsa-sha2-512", StringComparison.Ordinal) ? Sha512 : 0;
        try
        {
            return agent.Sign(key, data, flags);
        }
        catch (IOException)
        {
            return [0, 0, 0, (byte)Name.Length, .. Encoding.ASCII.GetBytes(Name), 0, 0, 0, 0];
        }
    }

    /// <inheritdoc/>
    public override bool VerifySignature(byte[] data, byte[] signature) => throw new NotSupportedException("an agent only signs");
}
