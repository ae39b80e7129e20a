using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>A network for a test class, where there can be one: a bastion, and a host behind it that nothing else reaches.</summary>
public sealed class BastionLab : IAsyncLifetime
{
    public SshNetwork? Network { get; private set; }

    internal static SshEndpoint Bastion { get; } = new(HostNetwork.Bastion);

    internal static SshEndpoint Inner { get; } = new("inner1");

    public static void Require()
    {
        SshLab.Require();
        Assert.SkipWhen(HostNetwork.Requirement.IsMissing(out var reason), reason);
    }

    public async ValueTask InitializeAsync()
    {
        if (Requirement.PathOf("sshd") is not null && Requirement.PathOf("ssh") is not null && !HostNetwork.Requirement.IsMissing(out _))
            Network = await SshNetwork.StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        Network?.Dispose();
        return ValueTask.CompletedTask;
    }
}
