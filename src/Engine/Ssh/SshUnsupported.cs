namespace CrCache.Ssh;

/// <summary>The options that matter and that only the <c>ssh</c> program honours: to go on without one would be another connection than was asked for.</summary>
internal static class SshUnsupported
{
    /// <summary>Refuses what was found for a host.</summary>
    /// <exception cref="ConfigurationException">An option of it is not supported (<see cref="ErrorCodes.SshOptionNotSupported"/>).</exception>
    public static void Refuse(SshOptionValues found)
    {
        If("ProxyCommand", v => !v.Is("none"), "a command in place of a connection; ProxyJump is");
        If("KnownHostsCommand", v => !v.Is("none"), "a command that knows keys of hosts");
        If("PKCS11Provider", v => !v.IsNone, "keys in hardware; an ssh-agent that has them is");
        If("VerifyHostKeyDNS", v => v.IsYes, "keys of hosts in the DNS");
        If("RevokedHostKeys", v => !v.IsNone, "a list of revoked keys; @revoked in known_hosts is");
        If("CanonicalizeHostname", v => v.IsYes || v.Is("always"), "names that are completed by domains; HostName is");
        If("Tunnel", v => !v.Is("no") && !v.Is("false"), "a network device");
        If("BindAddress", _ => true, "an address of this machine to connect from");
        If("BindInterface", _ => true, "an interface of this machine to connect from");
        If("PubkeyAuthentication", v => v.Is("no") || v.Is("false"), "to log in without a key");
        If("PreferredAuthentications", v => !v.Text.Split(',').Contains("publickey"), "to log in without a key");
        If("RefuseConnection", _ => true, "it says not to connect");
        If("LocalCommand", v => !v.Is("none") && found["permitlocalcommand"] is { IsYes: true }, "a command that runs here once there is a connection");

        void If(string option, Predicate<SshOptionValue> matters, string what)
        {
            if (found[option.ToLowerInvariant()] is { } value && matters(value))
            {
                throw Error(option, what, value.Where);
            }
        }
    }

    /// <summary>The error of an option that is not supported.</summary>
    public static ConfigurationException Error(string option, string what, SourceLocation? where) => new(
        ErrorCodes.SshOptionNotSupported, $"{option} is not supported ({what}); transport=openssh in source.conf keeps to the ssh program, which honours it", where);
}
