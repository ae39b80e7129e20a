using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>An ssh server for a test class, where there can be one.</summary>
public sealed class SshLab : IAsyncLifetime
{
    public SshServer? Server { get; private set; }

    internal static SshEndpoint Endpoint { get; } = new(SshServer.Host);

    /// <summary>This process's connections to all labs.</summary>
    internal static SshConnections Transport { get; } = new(new SshTargets(Environment.GetEnvironmentVariable).Of, TimeProvider.System);

    /// <summary>How the hosts of an ssh_config are reached; null for no hosts.</summary>
    internal static SshWays Ways(string? configuration) => new(configuration, Transport);

    public static void Require()
    {
        Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason);
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out reason), reason);
    }

    public async ValueTask InitializeAsync()
    {
        if (Requirement.PathOf("sshd") is not null && Requirement.PathOf("ssh") is not null)
            Server = await SshServer.StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        Server?.Dispose();
        return ValueTask.CompletedTask;
    }
}
