namespace CrCache.Ssh;

/// <summary>The options of ssh_config: which there are, and how each is read.</summary>
internal static class SshOption
{
    private const string Flag = "yes no true false";

    /// <summary>The name that an option's older names stand for.</summary>
    public static string Canonical(string keyword) => keyword switch
    {
        "identityfile2" => "identityfile",
        "dsaauthentication" => "pubkeyauthentication",
        "pubkeyacceptedkeytypes" => "pubkeyacceptedalgorithms",
        "smartcarddevice" => "pkcs11provider",
        _ => keyword,
    };

    /// <summary>How an option is read; null for one that there is not.</summary>
    public static SshOptionKind? KindOf(string keyword) => keyword switch
    {
        "hostname" or "user" or "hostkeyalias" or "identityagent" or "ciphers" or "kexalgorithms" or "macs" or "hostkeyalgorithms"
            or "pubkeyacceptedalgorithms" or "pkcs11provider" or "preferredauthentications" or "bindaddress" or "bindinterface" or "revokedhostkeys"
            or "forwardagent" or "tag" or "refuseconnection" or "ignoreunknown" => SshOptionKind.Text,
        "userknownhostsfile" or "globalknownhostsfile" or "setenv" => SshOptionKind.Texts,
        "identityfile" or "certificatefile" => SshOptionKind.Added,
        "serveralivecountmax" or "connectionattempts" or "port" => SshOptionKind.Number,
        "connecttimeout" or "serveraliveinterval" => SshOptionKind.Time,
        "proxycommand" or "proxyjump" or "knownhostscommand" or "localcommand" => SshOptionKind.Command,
        _ when Choices(keyword) is not null => SshOptionKind.Choice,
        _ when IsHarmless(keyword) => SshOptionKind.Harmless,
        _ => null,
    };

    /// <summary>The words that an option may be; null where any.</summary>
    public static string? Choices(string keyword) => keyword switch
    {
        "identitiesonly" or "hashknownhosts" or "compression" or "pubkeyauthentication" or "permitlocalcommand" => Flag,
        "stricthostkeychecking" => Flag + " ask off accept-new",
        "addressfamily" => "any inet inet6",
        "verifyhostkeydns" => Flag + " ask",
        "canonicalizehostname" => Flag + " always none",
        "tunnel" => Flag + " point-to-point ethernet",
        _ => null,
    };

    // What concerns terminals, forwarding, shared connections and ways to log in that ask a person; what ssh itself has given up.
    private static bool IsHarmless(string keyword) => keyword is
        "protocol" or "cipher" or "fallbacktorsh" or "globalknownhostsfile2" or "rhostsauthentication" or "userknownhostsfile2" or "useroaming"
        or "usersh" or "useprivilegedport" or "afstokenpassing" or "kerberosauthentication" or "kerberostgtpassing" or "rsaauthentication"
        or "rhostsrsaauthentication" or "compressionlevel" or "gssapiauthentication" or "gssapidelegatecredentials" or "gssapikeyexchange"
        or "gssapirenewalforcesrekey" or "gssapitrustdns" or "gssapiclientidentity" or "gssapiserveridentity" or "gssapikexalgorithms"
        or "forwardx11" or "forwardx11trusted" or "forwardx11timeout" or "exitonforwardfailure" or "xauthlocation" or "gatewayports"
        or "passwordauthentication" or "kbdinteractiveauthentication" or "kbdinteractivedevices" or "challengeresponseauthentication"
        or "skeyauthentication" or "tisauthentication" or "hostbasedauthentication" or "hostbasedacceptedalgorithms" or "hostbasedkeytypes"
        or "addkeystoagent" or "remoteforward" or "localforward" or "dynamicforward" or "permitremoteopen" or "escapechar" or "batchmode"
        or "checkhostip" or "tcpkeepalive" or "keepalive" or "numberofpasswordprompts" or "syslogfacility" or "loglevel" or "logverbose"
        or "casignaturealgorithms" or "clearallforwardings" or "enablesshkeysign" or "nohostauthenticationforlocalhost" or "rekeylimit"
        or "sendenv" or "controlpath" or "controlmaster" or "controlpersist" or "tunneldevice" or "remotecommand" or "visualhostkey" or "ipqos"
        or "requesttty" or "sessiontype" or "stdinnull" or "forkafterauthentication" or "proxyusefdpass" or "canonicaldomains"
        or "canonicalizefallbacklocal" or "canonicalizemaxdots" or "canonicalizepermittedcnames" or "streamlocalbindmask"
        or "streamlocalbindunlink" or "fingerprinthash" or "updatehostkeys" or "securitykeyprovider" or "requiredrsasize"
        or "enableescapecommandline" or "obscurekeystroketiming" or "channeltimeout" or "versionaddendum" or "warnweakcrypto";
}
