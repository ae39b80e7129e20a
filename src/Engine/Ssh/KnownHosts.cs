using System.Globalization;

namespace CrCache.Ssh;

/// <summary>The keys by which hosts are known.</summary>
/// <param name="files">The files, the user's first.</param>
/// <param name="addsTo">The file that new ones are added to; null for none.</param>
/// <param name="hashes">Whether the names of those are hashed.</param>
internal sealed class KnownHosts(IReadOnlyList<string> files, string? addsTo = null, bool hashes = false)
{
    /// <summary>Those of a host's settings.</summary>
    public static KnownHosts Of(SshHostSettings settings) => new(
        [.. settings.UserKnownHosts, .. settings.GlobalKnownHosts], settings.UserKnownHosts is [var first, ..] ? first : null, settings.HashKnownHosts);

    /// <summary>The name that a host has in these files.</summary>
    /// <param name="host">The host's name, or its alias, which goes with the usual port.</param>
    /// <param name="port">Its port.</param>
    public static string NameOf(string host, int port) => port == SshConfig.DefaultPort
        ? host.ToLowerInvariant()
        : string.Create(CultureInfo.InvariantCulture, $"[{host.ToLowerInvariant()}]:{port}");

    /// <summary>Looks a host's key up. A host that is not known at its port may be known without one, as with ssh.</summary>
    /// <param name="host">The host's name, or its alias, which goes with the usual port.</param>
    /// <param name="port">Its port.</param>
    /// <param name="keyType">The key's type.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="ConfigurationException">A file is there and cannot be read.</exception>
    public HostKeyVerdict Check(string host, int port, string keyType, byte[] key)
    {
        var verdict = Check(About(NameOf(host, port)), keyType, key);
        return verdict.Standing == HostKeyStanding.Unknown && port != SshConfig.DefaultPort
            && Check(About(NameOf(host, SshConfig.DefaultPort)), keyType, key) is { Standing: HostKeyStanding.Known or HostKeyStanding.Revoked } plain
                ? plain
                : verdict;
    }

    /// <summary>The types of the keys by which a host is known, so that it is asked for one of those.</summary>
    /// <param name="host">The host's name, or its alias, which goes with the usual port.</param>
    /// <param name="port">Its port.</param>
    /// <exception cref="ConfigurationException">A file is there and cannot be read.</exception>
    public IReadOnlyList<string> KeyTypesFor(string host, int port)
    {
        var types = Types(NameOf(host, port));
        return types.Count == 0 && port != SshConfig.DefaultPort ? Types(NameOf(host, SshConfig.DefaultPort)) : types;
    }

    /// <summary>Writes down the key of a host that nobody knows. Where another process has done so meanwhile, what that one wrote counts.</summary>
    /// <param name="host">The host's name, or its alias, which goes with the usual port.</param>
    /// <param name="port">Its port.</param>
    /// <param name="keyType">The key's type.</param>
    /// <param name="key">The key.</param>
    /// <returns>What is known of the key now.</returns>
    /// <exception cref="ResourceException">It cannot be written down, so the host would never be known.</exception>
    public HostKeyVerdict Add(string host, int port, string keyType, byte[] key)
    {
        HostKeyVerdict added = new(HostKeyStanding.Known);
        if (addsTo is null)
        {
            return added;
        }

        try
        {
            using var file = KnownHostsAppend.Open(addsTo);
            var known = Check(host, port, keyType, key);
            if (known.Standing != HostKeyStanding.Unknown)
            {
                return known;
            }

            var name = NameOf(host, port);
            file.Add($"{(hashes ? KnownHostLine.Hashed(name) : name)} {keyType} {Convert.ToBase64String(key)}");
            return added;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ResourceException(
                ErrorCodes.RouteFailed, $"the key of {host} cannot be added to {addsTo}: {SystemError.Text(e)}", e);
        }
    }

    private static HostKeyVerdict Check(List<KnownHostLine> lines, string keyType, byte[] key)
    {
        HostKeyVerdict Of(HostKeyStanding standing, KnownHostLine line) => new(standing, line.Where, HostKey.Fingerprint(line.Key));
        bool IsIt(KnownHostLine line) => line.KeyType == keyType && line.Key.AsSpan().SequenceEqual(key);
        return lines.Find(l => l.Marker == KnownHostLine.Revoked && IsIt(l)) is { } revoked ? Of(HostKeyStanding.Revoked, revoked)
            : lines.Find(l => l.IsPlain && IsIt(l)) is { } known ? Of(HostKeyStanding.Known, known)
            // One of the same type is what it has changed from.
            : (lines.Find(l => l.IsPlain && l.KeyType == keyType) ?? lines.Find(l => l.IsPlain)) is { } other ? Of(HostKeyStanding.Changed, other)
            : lines.Find(l => l.Marker == KnownHostLine.Authority) is { } authority ? Of(HostKeyStanding.CertificateOnly, authority)
            : new(HostKeyStanding.Unknown);
    }

    private List<string> Types(string name) => [.. About(name).Where(l => l.IsPlain).Select(l => l.KeyType).Distinct()];

    private List<KnownHostLine> About(string name) => [.. files.Distinct().SelectMany(f => KnownHostsFile.About(name, f))];
}
