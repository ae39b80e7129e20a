using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CrCache.TestAdapter.Relaying;

/// <summary>
/// The end of a <see cref="Wire"/> that is on the resource: a program of this package that runs there, starts the stock host, and is what
/// that connects to. It and the host see the same processes and network, whatever the resource's are.
/// </summary>
/// <param name="arguments">The stock host's command line.</param>
internal sealed class FarHost(IReadOnlyList<string> arguments)
{
    /// <summary>The first argument of a program that is this end; the resource's name, <c>yes</c> where data collectors listen, and the stock host's command line follow.</summary>
    public const string Verb = "--crcache-relay";

    // Standard output is the wire's.
    private const string Apart = "exec \"$@\" </dev/null >&2";

    /// <summary>Starts the host and waits for its end.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="collectors">Whether data collectors want to hear of single tests.</param>
    /// <param name="cancellationToken">Ends the host.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> RunAsync(string name, bool collectors, CancellationToken cancellationToken)
    {
        var runner = Listen();
        var collector = Listen();
        try
        {
            var mine = new HostArguments([.. arguments.Skip(1)]).For(Port(runner), collectors ? Port(collector) : 0, name);
            using var host = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Apart, "sh", arguments[0], .. mine]))!;
            using Wire wire = new(Console.OpenStandardInput(), Console.OpenStandardOutput());

            // Nothing more comes when whoever started this is gone, and then the host has nobody to run tests for.
            var there = wire.PumpAsync(_ => throw new IOException("connections are opened from this end"));
            var attached = Task.WhenAll(AcceptAsync(wire, 0, runner), AcceptAsync(wire, 1, collector));
            var ended = host.WaitForExitAsync(cancellationToken);
            if (await Task.WhenAny(ended, there) == there || cancellationToken.IsCancellationRequested)
                host.Kill(entireProcessTree: true);
            await host.WaitForExitAsync(CancellationToken.None);
            runner.Stop();
            collector.Stop();
            await attached;
            return host.ExitCode;
        }
        finally
        {
            runner.Dispose();
            collector.Dispose();
        }
    }

    private static TcpListener Listen()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start(1);
        return listener;
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static async Task AcceptAsync(Wire wire, int number, TcpListener listener)
    {
        try
        {
            var socket = await listener.AcceptSocketAsync();
            socket.NoDelay = true;
            await wire.AttachAsync(number, new NetworkStream(socket, ownsSocket: true), announce: true);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The host ended without a connection, which its exit code tells.
        }
    }
}
