using CrCache.Configuration;
using CrCache.Routes;
using CrCache.Ssh;

namespace CrCache.Sources;

/// <summary>The settings of a source of type <c>ssh</c>.</summary>
internal static class SshSettings
{
    /// <summary>The keys.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["ssh_host", "hosts", "per_host", "port", "ssh_user", "identity_file", "host_key", "host_keys", "connect_timeout", "transport", "persist"];

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ConfigurationException">A setting is not acceptable.</exception>
    public static void Check(SourceSettings settings)
    {
        if ((settings.Text("ssh_host") is null) == (settings.Text("hosts") is null))
        {
            throw settings.Wrong(settings.Text("hosts") is null ? "ssh_host" : "hosts", "an ssh source needs one host, ssh_host=NAME, or several, hosts=NAME,NAME");
        }

        if (settings.Text("ssh_host") is { } host && HostList.Problem(host) is { } problem)
        {
            throw settings.Wrong("ssh_host", problem);
        }

        if (settings.Text("hosts") is null && settings.Text("per_host") is not null)
        {
            throw settings.Wrong("per_host", "it goes with hosts=; how many resources one host has is its maximum");
        }

        if (Hosts(settings) is { } hosts && hosts.Names.FirstOrDefault(n => HostList.Problem(n) is not null) is { } wrong)
        {
            throw settings.Wrong("hosts", HostList.Problem(wrong)!);
        }

        if (settings.Text("ssh_user") is { } user && (user[0] == '-' || user.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
        {
            throw settings.Wrong("ssh_user", $"'{Shown.Cut(user)}' is not a login");
        }

        _ = Endpoint(settings, 0);
    }

    /// <summary>The hosts, where there are several to spread over; null for one.</summary>
    /// <exception cref="ConfigurationException">The list is none.</exception>
    public static HostSpread? Hosts(SourceSettings settings)
    {
        if (settings.Text("hosts") is not { } text)
        {
            return null;
        }

        try
        {
            return new(HostList.Expand(text), settings.Number("per_host", 1, HostList.Most) ?? 1);
        }
        catch (FormatException e)
        {
            throw settings.Wrong("hosts", e.Message);
        }
    }

    /// <summary>The host of a resource.</summary>
    /// <param name="settings">The source.</param>
    /// <param name="number">The resource's number.</param>
    /// <exception cref="ConfigurationException">A setting is not acceptable.</exception>
    public static SshEndpoint Endpoint(SourceSettings settings, int number)
    {
        var host = HostList.Endpoint(Hosts(settings) is { } hosts ? hosts.Names[hosts.Place(number)] : settings.Text("ssh_host")!);
        return host with
        {
            Port = host.Port ?? settings.Number("port", 1, 65535),
            User = host.User ?? settings.Text("ssh_user"),
            IdentityFiles = Identities(settings),
            HostKeys = Pins(settings),
            AcceptsNewHost = settings.Text("host_keys") switch
            {
                null => null,
                "accept-new" => true,
                "strict" => false,
                var other => throw settings.Wrong("host_keys", $"'{Shown.Cut(other)}' is neither strict nor accept-new"),
            },
            ConnectTimeout = settings.Time("connect_timeout"),
            Transport = settings.Text("transport") switch
            {
                null or "builtin" => SshTransport.BuiltIn,
                "openssh" => SshTransport.OpenSsh,
                var other => throw settings.Wrong("transport", $"'{Shown.Cut(other)}' is neither builtin nor openssh"),
            },
            Persist = settings.Text("persist") is null ? null : settings.Time("persist") ?? TimeSpan.Zero,
        };
    }

    private static List<string> Identities(SourceSettings settings)
    {
        List<string> files = [.. (settings.Text("identity_file") ?? "").Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        return files.Find(f => !(f[0] == '/' || f.StartsWith("~/", StringComparison.Ordinal)) || f.Any(char.IsControl)) is { } wrong
            ? throw settings.Wrong("identity_file", $"'{Shown.Cut(wrong)}' is not an absolute file, or one in ~/")
            : files;
    }

    // A key may be written as ssh-keyscan and *.pub have it, with its type before it.
    private static List<string> Pins(SourceSettings settings)
    {
        List<string> pins = [];
        var words = settings.List("host_key");
        for (var i = 0; i < words.Count; i++)
        {
            if (HostKeyPins.Fingerprint(words[i]) is not null)
            {
                pins.Add(words[i]);
            }
            else if (i + 1 == words.Count || HostKey.Parse(words[i + 1]) is not { } key || HostKey.TypeOf(key) != words[i])
            {
                throw settings.Wrong("host_key", $"'{Shown.Cut(words[i])}' is no key of a host: write the SHA256:... that ssh-keygen -l shows, or the key");
            }
        }

        return pins;
    }
}
