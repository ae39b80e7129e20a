using System.Text.RegularExpressions;
using Renci.SshNet;

namespace CrCache.Ssh;

/// <summary>What configuration says about hosts.</summary>
internal static class SshTargets
{
    /// <summary>The way that a call takes, the nearest host first.</summary>
    /// <exception cref="SshFailure">The configuration of one is wrong, or says what cannot be done.</exception>
    public static IReadOnlyList<SshTarget> Of(SshCall call) => [.. call.Hops.Select(h => Of(h, call.Configuration))];

    private static SshTarget Of(SshEndpoint endpoint, string? configuration)
    {
        var text = File.ReadAllText(configuration!);
        string Get(string key) => Regex.Match(text, key + " (.*)").Groups[1].Value;
        return new()
        {
            Name = endpoint.Host,
            Host = Get("HostName"),
            Port = endpoint.Port ?? int.Parse(Get("\n  Port"), System.Globalization.CultureInfo.InvariantCulture),
            User = endpoint.User ?? Environment.UserName,
            Identities = () => [new PrivateKeyAuthenticationMethod(endpoint.User ?? Environment.UserName, new PrivateKeyFile(Get("IdentityFile")))],
            CheckKey = (_, _) => null,
        };
    }
}
