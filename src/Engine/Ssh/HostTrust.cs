namespace CrCache.Ssh;

/// <summary>Whether a host is the one that was meant, by its key.</summary>
internal static class HostTrust
{
    /// <summary>The types of keys to ask a host for first.</summary>
    /// <exception cref="ConfigurationException">A file of known hosts cannot be read.</exception>
    public static IReadOnlyList<string> KeyTypes(SshHostSettings settings) => settings.PinnedKeys.Count > 0
        ? HostKeyPins.Types(settings.PinnedKeys)
        : KnownHosts.Of(settings).KeyTypesFor(settings.KnownHostsName, settings.KnownHostsPort);

    /// <summary>Judges a host's key. One of a host that nobody knows is written down where the settings say so.</summary>
    /// <param name="settings">The host.</param>
    /// <param name="key">The key, as it came.</param>
    /// <returns>Why the host is refused, and what to do; null where it is the one that was meant.</returns>
    /// <exception cref="ConfigurationException">A file of known hosts cannot be read.</exception>
    /// <exception cref="ResourceException">The key cannot be written down.</exception>
    public static string? Refusal(SshHostSettings settings, byte[] key)
    {
        if (HostKey.TypeOf(key) is not { } keyType)
        {
            return "it shows no key";
        }

        var shown = $"{keyType} {HostKey.Fingerprint(key)}";
        if (settings.PinnedKeys.Count > 0)
        {
            var pins = settings.PinnedKeys.Select(HostKeyPins.Fingerprint).ToList();
            return pins.Contains(HostKey.Fingerprint(key)) ? null
                : $"its key is {shown}, and host_key says {string.Join(", ", pins)}: either the host has another key now, and host_key is to be changed, or it is another host";
        }

        var hosts = KnownHosts.Of(settings);
        var (name, port) = (settings.KnownHostsName, settings.KnownHostsPort);
        var verdict = hosts.Check(name, port, keyType, key);
        if (verdict.Standing == HostKeyStanding.Unknown && settings.HostKeys != HostKeyPolicy.Strict)
        {
            verdict = hosts.Add(name, port, keyType, key);
        }

        var known = KnownHosts.NameOf(name, port);
        return verdict.Standing switch
        {
            HostKeyStanding.Known => null,
            HostKeyStanding.Revoked => $"its key {shown} is revoked by {verdict.Where}",
            HostKeyStanding.Changed when settings.HostKeys == HostKeyPolicy.Any => null,
            HostKeyStanding.Changed => $"its key has changed: it is {shown} and was {verdict.Fingerprint}, which {verdict.Where} has; "
                + $"either somebody is in between, or the host was made anew, and then: ssh-keygen -R {Word(known)} -f {verdict.Where!.Value.File}",
            HostKeyStanding.CertificateOnly when settings.HostKeys == HostKeyPolicy.Any => null,
            HostKeyStanding.CertificateOnly => $"it is known by a certificate authority alone ({verdict.Where}), and certificates of hosts are not supported: "
                + "pin its key with host_key, or set transport=openssh, in source.conf",
            _ => $"its key {shown} is not known: if that is the host's, log in once with ssh, or set host_key={HostKey.Fingerprint(key)} or host_keys=accept-new in source.conf",
        };
    }

    private static string Word(string name) => name.Contains('[', StringComparison.Ordinal) ? $"'{name}'" : name;
}
