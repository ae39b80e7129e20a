using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A box in a box.</summary>
public sealed class BoxInBoxLab : IDisposable
{
    internal BoxLab Outer { get; } = new();

    internal BoxLab Inner { get; }

    public BoxInBoxLab() => Inner = new([], Outer);

    public void Dispose()
    {
        Inner.Dispose();
        Outer.Dispose();
    }
}

/// <summary>A box in a chroot of this machine's own tree.</summary>
public sealed class BoxInChrootLab : IDisposable
{
    internal ChrootLab Outer { get; } = new();

    internal BoxLab Inner { get; }

    public BoxInChrootLab() => Inner = Requirement.Mounts.IsMissing(out _) ? new() : new([], Outer.Steps, Outer.Holder);

    public void Dispose()
    {
        Inner.Dispose();
        Outer.Dispose();
    }
}

/// <summary>A box on a host that is reached by ssh.</summary>
public sealed class BoxOverSshLab : IAsyncLifetime
{
    public SshLab Ssh { get; } = new();

    internal BoxLab? Box { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await Ssh.InitializeAsync();
        if (Ssh.Server is { } server)
            Box = new([], [new() { Ssh = SshLab.Endpoint }], sshConfiguration: server.Configuration);
    }

    public async ValueTask DisposeAsync()
    {
        Box?.Dispose();
        await Ssh.DisposeAsync();
    }
}
