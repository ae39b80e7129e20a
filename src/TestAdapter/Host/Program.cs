using System.Net.Sockets;
using System.Runtime.InteropServices;
using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;
using CrCache.TestAdapter.Relaying;
using CrCache.TestAdapter.Running;

namespace CrCache.TestAdapter;

/// <summary>
/// The fan-out host: vstest starts it in a test host's place, with a test host's command line. Towards vstest it is that one
/// host; it drives stock hosts on the resources that the data collector leased.
/// </summary>
internal static class Program
{
    private static readonly PosixSignal[] Stops = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];

    public static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        var registrations = Stops.Select(s => PosixSignalRegistration.Create(s, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        })).ToArray();
        try
        {
            if (args is [FarHost.Verb, var resource, var collectors, .. var host])
                return await new FarHost(host).RunAsync(resource, collectors == "yes", stop.Token);
            var handover = Handover.Read(Environment.GetEnvironmentVariable);
            foreach (var name in Handover.VariableNames)
                Environment.SetEnvironmentVariable(name, null);
            if (handover is { Error: not null, Options.FallsBack: true })
                return await PlainHost.RunAsync(args, stop.Token);
            return handover is null
                ? Fail($"{ErrorCodes.TestsNotSpread}: no resources were leased: the data collector CrCache did not run, is it in the run settings?")
                : await ServeAsync(handover, new HostArguments(args), stop.Token);
        }
        catch (CrCacheException e)
        {
            return Fail($"{e.Code}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return Fail($"{ErrorCodes.TestsNotSpread}: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        finally
        {
            foreach (var registration in registrations)
                registration.Dispose();
        }
    }

    private static async Task<int> ServeAsync(Handover handover, HostArguments arguments, CancellationToken cancellationToken)
    {
        await using var collectors = await CollectorRelay.OpenAsync(arguments.CollectorPort, cancellationToken);
        if (handover.Error is { } reason)
        {
            await using var refused = await ConnectAsync();
            await RefusedRun.ServeAsync(refused, reason, cancellationToken);
            await collectors.EndSessionAsync();
            return ExitCodes.Done;
        }

        var engine = CrCacheEngine.Open(new EngineOptions { Directory = handover.Directory, SearchParents = true });
        await using var fleet = new HostFleet(new HostLauncher(engine, arguments), handover.Resources, collectors.Port);

        // The hosts are starting meanwhile.
        await using var runner = await ConnectAsync();
        var run = new SpreadRun(handover.Source, runner, fleet, collectors, engine, $"tests {handover.Directory}", handover.Options, Console.Out, TimeProvider.System);
        return await new FanOut(runner, fleet, run).ServeAsync(cancellationToken) ? ExitCodes.Done : ExitCodes.Failed;

        async Task<RunnerConnection> ConnectAsync() => new(await LoopbackConnection.OpenAsync(arguments.Runner, cancellationToken));
    }

    private static int Fail(string line)
    {
        Console.Error.WriteLine(line);
        return ExitCodes.Failed;
    }
}
