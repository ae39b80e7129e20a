using System.Buffers.Binary;
using System.Text;

namespace CrCache.Ssh;

/// <summary>Certificates of keys to log in with.</summary>
internal static class SshCertificate
{
    private const string Suffix = "-cert-v01@openssh.com";

    /// <summary>The key that a certificate is of; null where it is no certificate of one.</summary>
    public static byte[]? KeyOf(ReadOnlySpan<byte> certificate)
    {
        SshWire wire = new(certificate);
        if (!wire.String(out var name) || !name.EndsWith(Encoding.ASCII.GetBytes(Suffix)) || !wire.String(out _))
        {
            return null;
        }

        var type = name[..^Suffix.Length];
        List<byte> key = [];
        Add(key, type);
        for (var left = type.SequenceEqual("ssh-ed25519"u8) ? 1 : type.SequenceEqual("ssh-rsa"u8) || type.StartsWith("ecdsa-"u8) ? 2 : 0; left > 0; left--)
        {
            if (!wire.String(out var part))
            {
                return null;
            }

            Add(key, part);
        }

        return key.Count > 4 + type.Length ? [.. key] : null;
    }

    private static void Add(List<byte> key, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        key.AddRange(length);
        key.AddRange(part);
    }
}
