using System.Buffers;
using System.Security.Cryptography;

namespace CrCache.Copying;

/// <summary>What something is called until it is complete. The name says whose it is, should a crash leave it behind.</summary>
internal static class TemporaryName
{
    private const string Prefix = ".crcache-";
    private const int Digits = 16;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public static string Make() => Prefix + RandomNumberGenerator.GetHexString(Digits, lowercase: true);

    /// <summary>Whether a name is one of these: nothing that is to be copied, and nobody else's to delete.</summary>
    public static bool Is(ReadOnlySpan<char> name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length >= Prefix.Length + Digits && !name.Slice(Prefix.Length, Digits).ContainsAnyExcept(Hexadecimal);
}
