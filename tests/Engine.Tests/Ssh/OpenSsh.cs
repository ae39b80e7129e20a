using System.Globalization;
using System.Net.Sockets;

namespace CrCache.Ssh;

/// <summary>What the ssh program makes of a configuration, and the same of ours, as comparable lines.</summary>
internal static class OpenSsh
{
    private static readonly string[] Compared =
    [
        "hostname", "user", "port", "addressfamily", "compression", "hashknownhosts", "identitiesonly", "stricthostkeychecking", "connectionattempts",
        "serveralivecountmax", "serveraliveinterval", "connecttimeout", "identityfile", "certificatefile", "identityagent", "hostkeyalias",
        "userknownhostsfile", "globalknownhostsfile", "setenv", "proxyjump",
    ];

    /// <summary>What <c>ssh -G</c> says; null where it refuses the configuration.</summary>
    public static async Task<IReadOnlyList<string>?> AskAsync(string file, string host, params string[] options)
    {
        var said = await ProcessRun.RunAsync(["ssh", "-G", "-F", file, .. options, host]);
        if (said.ExitCode != 0)
            return null;
        var home = LocalUser.Current().Home;
        return [.. said.Output.Split('\n')
            .Where(l => Compared.Contains(l.Split(' ')[0]) && !l.EndsWith("_sk", StringComparison.Ordinal) && l is not ("identityfile ~/.ssh/id_xmss" or "identityfile ~/.ssh/id_dsa"))
            .Where(l => l is not ("identityfile none" or "connecttimeout none" or "identityagent SSH_AUTH_SOCK" or "certificatefile none"))
            .Select(l => l.Replace("~/", home + "/", StringComparison.Ordinal))
            .Select(l => l is "userknownhostsfile none" or "globalknownhostsfile none" ? l[..^5] : l)
            .Select(l => l is "stricthostkeychecking ask" ? "stricthostkeychecking true" : l)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>The same of settings.</summary>
    public static IReadOnlyList<string> Say(SshHostSettings settings, string? agent = null)
    {
        List<string> lines =
        [
            $"hostname {settings.HostName}",
            $"user {settings.User}",
            string.Create(CultureInfo.InvariantCulture, $"port {settings.Port}"),
            $"addressfamily {settings.AddressFamily switch { AddressFamily.InterNetwork => "inet", AddressFamily.InterNetworkV6 => "inet6", _ => "any" }}",
            $"compression {Word(settings.Compression)}",
            $"hashknownhosts {Word(settings.HashKnownHosts)}",
            $"identitiesonly {Word(settings.IdentitiesOnly)}",
            $"stricthostkeychecking {settings.HostKeys switch { HostKeyPolicy.Any => "false", HostKeyPolicy.AcceptNew => "accept-new", _ => "true" }}",
            string.Create(CultureInfo.InvariantCulture, $"connectionattempts {settings.ConnectionAttempts}"),
            string.Create(CultureInfo.InvariantCulture, $"serveralivecountmax {settings.ServerAliveCountMax ?? 3}"),
            string.Create(CultureInfo.InvariantCulture, $"serveraliveinterval {(int)(settings.ServerAliveInterval?.TotalSeconds ?? 0)}"),
            string.Join(' ', settings.UserKnownHosts.Prepend("userknownhostsfile")),
            string.Join(' ', settings.GlobalKnownHosts.Prepend("globalknownhostsfile")),
            .. settings.IdentityFiles.Select(f => $"identityfile {f}"),
            .. settings.CertificateFiles.Select(f => $"certificatefile {f}"),
            .. settings.Environment.Select(v => $"setenv {v.Key}={v.Value}"),
        ];
        if (settings.ConnectTimeout is { } limit)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"connecttimeout {(int)limit.TotalSeconds}"));
        if (settings.HostKeyAlias is { } alias)
            lines.Add($"hostkeyalias {alias}");
        if (agent is not null)
            lines.Add($"identityagent {agent}");
        if (settings.Jumps.Count > 0)
            lines.Add($"proxyjump {string.Join(',', settings.Jumps.Select(Written))}");
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static string Word(bool value) => value ? "yes" : "no";

    private static string Written(SshJump jump) =>
        (jump.User is { } user ? $"{user}@" : "") + (jump.Host.Contains(':', StringComparison.Ordinal) ? $"[{jump.Host}]" : jump.Host)
        + (jump.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $":{port}") : "");
}
