namespace CrCache.Ssh;

/// <summary>Keys of a host that are named where the host is: fingerprints (<c>SHA256:...</c>) or keys in base64.</summary>
internal static class HostKeyPins
{
    private const string FingerprintMark = "SHA256:";
    private const int FingerprintLength = 43;

    /// <summary>The fingerprint that a pin means; null where it is no pin.</summary>
    public static string? Fingerprint(string pin) => pin.StartsWith(FingerprintMark, StringComparison.Ordinal)
        ? pin.TrimEnd('=') is { Length: 7 + FingerprintLength } mark && Convert.TryFromBase64String($"{mark[7..]}=", new byte[33], out var length) && length == 32 ? mark : null
        : HostKey.Parse(pin) is { } key ? HostKey.Fingerprint(key) : null;

    /// <summary>The types of the keys that are pinned, as far as it is known, so that the host is asked for one of those.</summary>
    public static IReadOnlyList<string> Types(IReadOnlyList<string> pins) =>
        [.. pins.Select(p => HostKey.Parse(p)).OfType<byte[]>().Select(k => HostKey.TypeOf(k)!).Distinct()];
}
