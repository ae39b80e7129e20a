using System.Globalization;
using CrCache.Ssh;


namespace CrCache.Routes;

/// <summary>Calls of the <c>ssh</c> program. Its own configuration counts, but it must never ask and never hang.</summary>
/// <param name="configuration">
/// A file to use in place of the user's and the system's configuration, as <c>ssh -F</c> has it; null for those.
/// </param>
internal sealed class SshProgram(string? configuration)
{
    private const double UsualConnectTimeout = 20;

    // Without single quotes, which are around it, and without braces, which ssh would take for a variable of the environment.
    private const string PinScript = """h=$1 t=$2 k=$3 f=$4; shift 4; for p; do [ "$p" != "$f" ] || echo "$h $t $k"; done""";

    /// <summary>The call that runs a command on the last of some hosts, through the others.</summary>
    /// <param name="hops">The hosts, the nearest first.</param>
    /// <param name="arguments">The command there.</param>
    /// <param name="terminal">Whether it gets a terminal there.</param>
    public List<string> Command(IReadOnlyList<SshEndpoint> hops, IReadOnlyList<string> arguments, bool terminal) =>
        [.. Options(hops), terminal ? "-tt" : "-T", "--", hops[^1].Host, Line(arguments)];

    /// <summary>The line that a login's shell runs a command by.</summary>
    public static string Line(IReadOnlyList<string> arguments) => $"exec {PosixShell.Join(arguments)}";

    /// <summary>
    /// The call tied to this process: were it killed, ssh would go on, and the command at the other end with it.
    /// </summary>
    /// <param name="arguments">The call.</param>
    /// <param name="keepsKeys">True where Ctrl-C is the command's, which is not in the terminal's group, and must not take the way to it.</param>
    public static IReadOnlyList<string> Tied(IReadOnlyList<string> arguments, bool keepsKeys) =>
    [
        "/bin/sh", "-c",
        $$"""{{(keepsKeys ? "trap '' 2 3; " : "")}}{ read -r _ <&3 || kill -9 $$; } </dev/null >/dev/null 2>&1 & exec "$@" 3<&-""",
        "crcache", .. arguments,
    ];

    /// <summary>Whom the host is to be, and who logs in.</summary>
    private static List<string> Keys(SshEndpoint endpoint)
    {
        List<string> words = [];
        foreach (var file in endpoint.IdentityFiles)
            words.AddRange(["-i", file]);
        if (endpoint.IdentityFiles.Count > 0)
            words.AddRange(["-o", "IdentitiesOnly=yes"]);
        if (endpoint.HostKeys.Count > 0)
        {
            // Of a fingerprint alone no known_hosts can be made. The command is given the host's key and says that it is known, if it is the one.
            var pins = endpoint.HostKeys.Select(k => HostKeyPins.Fingerprint(k) ?? k);
            words.AddRange([
                "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=none", "-o", "GlobalKnownHostsFile=none", "-o", "FingerprintHash=sha256",
                "-o", $"KnownHostsCommand=/bin/sh -c '{PinScript}' sh %H %t %K %f {string.Join(' ', pins)}",
            ]);
        }
        else if (endpoint.AcceptsNewHost is { } accepts)
        {
            words.AddRange(["-o", $"StrictHostKeyChecking={(accepts ? "accept-new" : "yes")}"]);
        }

        return words;
    }

    private List<string> Options(IReadOnlyList<SshEndpoint> hops)
    {
        var endpoint = hops[^1];

        // A shared connection would outlive this client and keep the watch at the other end from noticing its death.
        List<string> words =
        [
            "ssh", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "RemoteCommand=none",
            "-o", "ControlMaster=no", "-o", "ControlPath=none",
            "-o", string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={Math.Ceiling(endpoint.ConnectTimeout?.TotalSeconds ?? UsualConnectTimeout)}"),
            "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",
            .. Keys(endpoint),
        ];
        if (configuration is not null)
            words.AddRange(["-F", configuration]);
        if (endpoint.Port is { } port)
            words.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        if (endpoint.User is { } user)
            words.AddRange(["-l", user]);
        if (hops.Count > 1)
        {
            // ssh replaces %h and %p in the command and gives it to a shell; what is not for this level has its % doubled.
            var before = hops.Take(hops.Count - 1).ToArray();
            var proxy = PosixShell.Join(Options(before)).Replace("%", "%%", StringComparison.Ordinal);
            var host = PosixShell.Quote(before[^1].Host).Replace("%", "%%", StringComparison.Ordinal);
            words.AddRange(["-o", $"ProxyCommand={proxy} -W '[%h]:%p' -- {host}"]);
        }

        return words;
    }
}
