namespace CrCache.Ssh;

/// <summary>What is known of a host's key.</summary>
internal enum HostKeyStanding
{
    /// <summary>Nothing is known of the host.</summary>
    Unknown,

    /// <summary>It is the host's.</summary>
    Known,

    /// <summary>The host is known by other keys.</summary>
    Changed,

    /// <summary>It must not be used any more.</summary>
    Revoked,

    /// <summary>The host is known by an authority alone, whose certificates are not supported.</summary>
    CertificateOnly,
}
