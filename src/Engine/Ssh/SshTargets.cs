namespace CrCache.Ssh;

/// <summary>What configuration says about hosts.</summary>
/// <param name="variable">The environment.</param>
internal sealed class SshTargets(Func<string, string?> variable)
{
    /// <summary>The way that a call takes, the nearest host first.</summary>
    /// <exception cref="SshFailure">The configuration of one is wrong, or says what cannot be done.</exception>
    public IReadOnlyList<SshTarget> Of(SshCall call)
    {
        try
        {
            var user = LocalUser.Current();
            SshConfig config = new(call.Configuration, user, variable);
            List<SshTarget> way = [];
            foreach (var hop in call.Hops)
            {
                // What stands behind another host is reached from there, whatever the configuration here says of the way to it.
                var settings = way.Count == 0 ? config.Way(hop.Host, hop.Port, hop.User) : [config.Resolve(hop.Host, hop.Port, hop.User)];
                way.AddRange(settings.Select(s => Of(s, user)));
            }

            return way;
        }
        catch (CrCacheException e)
        {
            throw new SshFailure(e.Location is { } where ? $"{where}: {e.Message}" : e.Message, e) { Code = e.Code };
        }
    }

    private static SshTarget Of(SshHostSettings settings, LocalUser user)
    {
        HostKeyCheck check = new(settings);
        return new()
        {
            Settings = settings,
            Identities = () => SshIdentities.Of(settings, user),
            CheckKey = check.Refuse,
            KeyTypes = check.KnownTypes,
        };
    }
}
