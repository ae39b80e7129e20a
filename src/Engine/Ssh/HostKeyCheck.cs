namespace CrCache.Ssh;

/// <summary>Whether a host is the one that it says it is.</summary>
/// <param name="settings">The host.</param>
internal sealed class HostKeyCheck(SshHostSettings settings)
{
    private readonly KnownHosts _known = KnownHosts.Of(settings);
    private readonly string _name = settings.HostKeyAlias ?? settings.HostName;
    private readonly int _port = settings.HostKeyAlias is null ? settings.Port : SshConfig.DefaultPort;

    /// <summary>The types of keys that it is known by.</summary>
    /// <exception cref="ConfigurationException">A file of known hosts cannot be read.</exception>
    public IReadOnlyList<string> KnownTypes => settings.HostKeys == HostKeyPolicy.Any ? [] : _known.KeyTypesFor(_name, _port);

    /// <summary>Looks at a key.</summary>
    /// <param name="algorithm">What it signs with.</param>
    /// <param name="key">The key.</param>
    /// <returns>Null where it is the right one, else why the host is not spoken to.</returns>
    /// <exception cref="ConfigurationException">A file of known hosts cannot be read.</exception>
    /// <exception cref="ResourceException">The key is new, and cannot be written down.</exception>
    public string? Refuse(string algorithm, byte[] key)
    {
        var type = HostKey.TypeOfAlgorithm(algorithm);
        var verdict = _known.Check(_name, _port, type, key);
        if (verdict.Standing == HostKeyStanding.Unknown && settings.HostKeys == HostKeyPolicy.AcceptNew)
            verdict = _known.Add(_name, _port, type, key);
        if (settings.HostKeys == HostKeyPolicy.Any && verdict.Standing != HostKeyStanding.Revoked)
            return null;

        var shown = $"{KnownHosts.NameOf(_name, _port)} shows the key {type} {HostKey.Fingerprint(key)}";
        return verdict.Standing switch
        {
            HostKeyStanding.Known => null,
            HostKeyStanding.Changed => $"{shown}, but is known by {verdict.Fingerprint} ({verdict.Where}): either it was set up anew, or somebody stands between; "
                + $"if it was, 'ssh-keygen -R {KnownHosts.NameOf(_name, _port)}' forgets the old one",
            HostKeyStanding.Revoked => $"{shown}, which {verdict.Where} has revoked",
            HostKeyStanding.CertificateOnly => $"{shown}, and is known by an authority alone ({verdict.Where}): certificates of hosts are not supported; transport=openssh in source.conf keeps to the ssh program",
            _ => $"{shown}, which is not in known_hosts: compare it, and connect once with ssh; or say host_keys=accept-new in source.conf",
        };
    }
}
