namespace CrCache.Cli.Tests;

/// <summary>A home with a real ssh server, and a source <c>lab</c> there of which <c>lab-0</c> is leased.</summary>
public abstract class SshHome : IAsyncLifetime
{
    private SshServer? _server;

    protected SshHome() => Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason);

    internal TestHome Home { get; } = new();

    internal SshServer Server => _server!;

    /// <summary>More lines of the source.</summary>
    protected virtual string Settings => "concurrency=2";

    public async ValueTask InitializeAsync()
    {
        _server = await SshServer.StartAsync();
        Home.Environment["CRCACHE_SSH_CONFIG"] = _server.Configuration;
        Home.AddSource("lab", $"type=ssh\nssh_host={Host()}\n{Settings}\n");
        await Home.AcquireAsync("lab");
    }

    public virtual ValueTask DisposeAsync()
    {
        _server?.Dispose();
        Home.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>The host of the source; the server runs.</summary>
    protected virtual string Host() => SshServer.Host;
}
