using System.Security.Cryptography;
using System.Text;

namespace CrCache.Ssh;

/// <summary>A line of a file of known hosts.</summary>
/// <param name="Where">Its place.</param>
/// <param name="Marker">What it begins with: <see cref="Revoked"/>, <see cref="Authority"/>, or nothing.</param>
/// <param name="Hosts">The hosts it is about: names and patterns, or one that is hashed.</param>
/// <param name="KeyType">The key's type.</param>
/// <param name="Key">The key.</param>
internal sealed record KnownHostLine(SourceLocation Where, string Marker, string Hosts, string KeyType, byte[] Key)
{
    /// <summary>The marker of a key that must not be used.</summary>
    public const string Revoked = "@revoked";

    /// <summary>The marker of a key that signs those of hosts.</summary>
    public const string Authority = "@cert-authority";

    /// <summary>Whether the key is simply the host's.</summary>
    public bool IsPlain => Marker.Length == 0;

    private const string HashMark = "|1|";

    /// <summary>Reads a line, if it is about a host.</summary>
    /// <returns>The line; null for one that is about others, a comment, or broken.</returns>
    public static KnownHostLine? Parse(SourceLocation where, ReadOnlySpan<char> text, string host)
    {
        var rest = text.Trim(" \t\r");
        if (rest.IsEmpty || rest[0] == '#')
        {
            return null;
        }

        var marker = rest[0] == '@' ? Word(ref rest).ToString() : "";
        var hosts = Word(ref rest);
        if (marker is not ("" or Revoked or Authority) || !IsAbout(hosts, host))
        {
            return null;
        }

        var type = Word(ref rest).ToString();
        return HostKey.Parse(Word(ref rest)) is { } key && HostKey.TypeOf(key) == type ? new(where, marker, hosts.ToString(), type, key) : null;
    }

    /// <summary>A name so hashed that the file does not say which it is.</summary>
    public static string Hashed(string host) => Hashed(host, RandomNumberGenerator.GetBytes(20));

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "It is the form that ssh reads and writes.")]
    private static string Hashed(string host, byte[] salt) =>
        $"{HashMark}{Convert.ToBase64String(salt)}|{Convert.ToBase64String(HMACSHA1.HashData(salt, Encoding.UTF8.GetBytes(host)))}";

    private static bool IsAbout(ReadOnlySpan<char> hosts, string host)
    {
        if (hosts is not ['|', ..])
        {
            return SshPattern.MatchesHost(host, hosts.ToString());
        }

        if (!hosts.StartsWith(HashMark))
        {
            return false;
        }

        var salt = hosts[HashMark.Length..];
        var end = salt.IndexOf('|');
        var bytes = new byte[64];
        return end > 0 && Convert.TryFromBase64Chars(salt[..end], bytes, out var length) && hosts.SequenceEqual(Hashed(host, bytes[..length]));
    }

    private static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(' ', '\t');
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[end..].TrimStart(" \t");
        return word;
    }
}
