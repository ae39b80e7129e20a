namespace CrCache.Ssh;

/// <summary>The hosts of a route as the ssh configuration completes them.</summary>
internal static class SshWay
{
    /// <summary>Completes them.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="user">Whoever connects.</param>
    /// <param name="hops">The route's hosts, the nearest first.</param>
    /// <returns>All hosts on the way, the nearest first. What the configuration says of the way to a host counts for the first alone: the others are reached through the one before.</returns>
    /// <exception cref="ConfigurationException">The configuration is wrong, or says what is not supported.</exception>
    public static IReadOnlyList<SshHostSettings> Of(SshConfig config, LocalUser user, IReadOnlyList<SshEndpoint> hops)
    {
        var first = config.Way(hops[0].Host, hops[0].Port, hops[0].User);
        return
        [
            .. first.Take(first.Count - 1),
            With(first[^1], hops[0], user),
            .. hops.Skip(1).Select(h => With(config.Resolve(h.Host, h.Port, h.User) with { Jumps = [] }, h, user)),
        ];
    }

    private static SshHostSettings With(SshHostSettings settings, SshEndpoint endpoint, LocalUser user) => settings with
    {
        IdentityFiles = endpoint.IdentityFiles.Count > 0 ? [.. endpoint.IdentityFiles.Select(f => f.StartsWith("~/", StringComparison.Ordinal) ? user.Home + f[1..] : f)] : settings.IdentityFiles,
        HasUsualIdentities = settings.HasUsualIdentities && endpoint.IdentityFiles.Count == 0,
        IdentitiesOnly = settings.IdentitiesOnly || endpoint.IdentityFiles.Count > 0,
        PinnedKeys = endpoint.HostKeys,
        HostKeys = endpoint.AcceptsNewHost switch { true => HostKeyPolicy.AcceptNew, false => HostKeyPolicy.Strict, null => settings.HostKeys },
        ConnectTimeout = endpoint.ConnectTimeout ?? settings.ConnectTimeout,
    };
}
