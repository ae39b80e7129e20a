using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CrCache.Routes;
using CrCache.TestAdapter.Protocol;
using CrCache.TestAdapter.Relaying;

namespace CrCache.TestAdapter.Hosts;

/// <summary>
/// Starts stock test hosts and brings their connection here: the one place that knows how a host on a resource is reached.
/// One on this machine as it is connects to a port of the loopback interface. Elsewhere that may be another interface: there a
/// program of this package listens in its place, and its own standard streams are the way here.
/// </summary>
/// <param name="engine">The engine that runs commands on resources.</param>
/// <param name="arguments">What vstest wanted to start.</param>
internal sealed class HostLauncher(CrCacheEngine engine, HostArguments arguments)
{
    // The patience that vstest itself has with a test host.
    private static readonly TimeSpan ConnectionLimit = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("VSTEST_CONNECTION_TIMEOUT"), CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? seconds
            : 90);

    /// <summary>Starts a host on this machine, outside all resources: to find tests, not to run them.</summary>
    /// <exception cref="ResourceException">It cannot be started, or did not connect.</exception>
    public Task<StockHost> LaunchHereAsync(CancellationToken cancellationToken) =>
        LaunchAsync(
            "discovery",
            0,
            isHere: true,
            new Dictionary<string, string>(),
            command => engine.Commands.StartHereAsync(command, cancellationToken),
            cancellationToken);

    /// <summary>Starts a host on a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="collectorPort">Where this process listens for what the host tells data collectors; 0 for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CrCacheException">It cannot be started, or did not connect.</exception>
    public Task<StockHost> LaunchOnAsync(LeasedResource resource, int collectorPort, CancellationToken cancellationToken) =>
        LaunchAsync(
            resource.Name,
            collectorPort,
            resource.IsHere,
            new Dictionary<string, string>
            {
                ["CRCACHE_RESOURCE"] = resource.Name,
                ["CRCACHE_CONCURRENCY"] = resource.Concurrency.ToString(CultureInfo.InvariantCulture),
            },
            command => resource.IsHere
                ? engine.Commands.StartHereAsync(command, cancellationToken)
                : engine.Commands.StartAsync(resource.Reference, command, cancellationToken),
            cancellationToken);

    private async Task<StockHost> LaunchAsync(
        string name,
        int collectorPort,
        bool isHere,
        IReadOnlyDictionary<string, string> environment,
        Func<ResourceCommand, Task<RunningCommand>> start,
        CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(1);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string program = Environment.ProcessPath!;
        var running = await start(new ResourceCommand
        {
            Arguments = isHere
                ? [program, .. arguments.For(port, collectorPort, name)]
                : [program, "exec", typeof(HostLauncher).Assembly.Location, FarHost.Verb, name, collectorPort == 0 ? "no" : "yes", program, .. arguments.All],
            WorkingDirectory = Environment.CurrentDirectory,
            Environment = environment,
        });

        // Nobody types at a test.
        if (isHere)
            await running.StandardInput.DisposeAsync();
        else
            running = new RelayedCommand(running, port, collectorPort);
        var host = new StockHost(name, running);
        try
        {
            await host.ConnectAsync(listener, ConnectionLimit, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }
}
