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
            return [.. SshWay.Of(config, user, call.Hops).Select(s => Of(s, user) with { IsCurrent = () => config.Stamp.Holds })];
        }
        catch (CrCacheException e)
        {
            throw new SshFailure(e.Message, e) { Code = e.Code, Setting = e.Location };
        }
    }

    private static SshTarget Of(SshHostSettings settings, LocalUser user) => new()
    {
        Settings = settings,
        Identities = () => SshIdentities.Of(settings, user),
        CheckKey = key => HostTrust.Refusal(settings, key) is { } why ? $"{settings.Host}: {why}" : null,
        KeyTypes = HostTrust.KeyTypes(settings),
    };
}
