using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CrCache.Ssh;

/// <summary>Public keys as bytes, and how they are written.</summary>
internal static class HostKey
{
    /// <summary>A key's fingerprint, as ssh shows it.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> key) => $"SHA256:{Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=')}";

    /// <summary>The type that a key says it is of, such as <c>ssh-ed25519</c>; null where it is no key.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> key)
    {
        var length = key.Length > 4 ? BinaryPrimitives.ReadUInt32BigEndian(key) : 0;
        if (length is 0 or > 100 || length > key.Length - 4)
        {
            return null;
        }

        var type = key.Slice(4, (int)length);
        return type.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? null : Encoding.ASCII.GetString(type);
    }

    /// <summary>A key from its base64; null where it is none.</summary>
    public static byte[]? Parse(ReadOnlySpan<char> text)
    {
        var key = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64Chars(text, key, out var length) && TypeOf(key.AsSpan(0, length)) is not null ? key[..length] : null;
    }

    /// <summary>The type of the keys that an algorithm signs with.</summary>
    public static string TypeOfAlgorithm(string algorithm) => algorithm switch
    {
        "rsa-sha2-256" or "rsa-sha2-512" => "ssh-rsa",
        _ => algorithm,
    };

    /// <summary>
    /// The algorithms to ask a host for: those of its known keys first, so that a host with several is not taken for one whose key has
    /// changed. Where the best of all is among them the order stays, as with ssh.
    /// </summary>
    /// <param name="algorithms">The algorithms, the best first.</param>
    /// <param name="known">The types of the host's known keys.</param>
    public static IReadOnlyList<string> Prefer(IReadOnlyList<string> algorithms, IReadOnlyCollection<string> known) =>
        algorithms.Count > 0 && known.Contains(TypeOfAlgorithm(algorithms[0]))
            ? algorithms
            : [.. algorithms.OrderByDescending(a => known.Contains(TypeOfAlgorithm(a)))];
}
