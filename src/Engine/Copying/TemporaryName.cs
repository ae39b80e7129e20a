using System.Security.Cryptography;

namespace CrCache.Copying;

/// <summary>What something is called until it is complete. The name says whose it is, should a crash leave it behind.</summary>
internal static class TemporaryName
{
    public static string Make() => $".crcache-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
}
