using System.Diagnostics;
using System.Globalization;
using CrCache.Lab;
using CrCache.Routes;

namespace CrCache.Bench;

/// <summary>What a command on another machine costs, against <c>ssh</c>; and many of them over four hosts, against what one spreads commands with.</summary>
internal static class SshCommands
{
    private const int Hosts = 4;
    private const int AtOnce = 2; // on each host
    private const int Rounds = 7;

    private static readonly ResourceCommand True = new() { Arguments = ["true"] };

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        if (SshHosts.Missing is { } reason)
        {
            yield return Ratio.Without("commands over ssh", "`ssh`", reason);
            yield break;
        }

        using var hosts = await SshHosts.StartAsync(settings, Hosts);
        foreach (var ratio in Single(hosts, settings))
            yield return ratio;
        yield return await LiveAsync(hosts, settings);
        await foreach (var ratio in SpreadAsync(hosts, settings))
            yield return ratio;
    }

    private static IEnumerable<Ratio> Single(SshHosts hosts, BenchSettings settings)
    {
        var host = hosts.Names[0];
        var cold = hosts.Lease("cold", "persist=0")[0];
        var warm = hosts.Lease("warm")[0];

        List<double> ours = [], usual = [], quick = [];
        for (var i = 0; i <= Math.Max(3, settings.Pairs / 2); i++)
        {
            ours.Add(hosts.Crcache("run", cold, "true"));
            usual.Add(hosts.Other("ssh", "-F", hosts.Usual, host, "true"));
            quick.Add(hosts.Other("ssh", "-F", hosts.Quick, host, "true"));
        }

        // The first has the files read. Likewise below, where it makes the connections that are kept.
        yield return new("`crcache run NAME true`, `persist=0`", "`ssh HOST true`", ours[1..], usual[1..], "ms", Target.AtMostRatio(0.4));
        yield return new("`crcache run NAME true`, `persist=0`", "`ssh`, the same key exchange", ours[1..], quick[1..], "ms");

        List<double> kept = [], master = [];
        for (var i = 0; i <= settings.Pairs; i++)
        {
            kept.Add(hosts.Crcache("run", warm, "true"));
            master.Add(hosts.Other("ssh", "-F", hosts.Kept, host, "true"));
        }

        yield return new("`crcache run NAME true`, connection kept", "`ssh` through a master", kept[1..], master[1..], "ms", Target.AtMostRatio(1.2));
    }

    private static async Task<Ratio> LiveAsync(SshHosts hosts, BenchSettings settings)
    {
        var name = hosts.Lease("live")[0];
        var engine = Open(hosts);
        var count = Math.Max(1, settings.Commands / 2);
        List<double> ours = [], theirs = [];
        for (var round = 0; round <= Rounds; round++)
        {
            ours.Add(count / (await EngineAsync(engine, [name], count, atOnce: 1) / 1000));
            var time = 0.0;
            for (var i = 0; i < count; i++)
                time += hosts.Other("ssh", "-F", hosts.Kept, hosts.Names[0], "true");
            theirs.Add(count / (time / 1000));
        }

        return new("commands one after another, one connection of the engine's", "`ssh` through a master", ours[1..], theirs[1..], "/s", Target.AtLeastRatio(4));
    }

    private static async IAsyncEnumerable<Ratio> SpreadAsync(SshHosts hosts, BenchSettings settings)
    {
        var count = settings.Commands;
        var places = hosts.Lease("spread");
        var toPlaces = List(hosts, "places", places, count);
        var toHosts = List(hosts, "hosts", hosts.Names, count);
        var most = string.Create(CultureInfo.InvariantCulture, $"{Hosts * AtOnce}");
        var logins = string.Join(',', hosts.Names.Select(n => string.Create(CultureInfo.InvariantCulture, $"{AtOnce}/{n}")));
        foreach (var host in hosts.Names)
            hosts.Other("ssh", "-F", hosts.Kept, host, "true"); // two that start a master at once get in each other's way
        var hasParallel = Requirement.PathOf("parallel") is not null;

        List<double> engine = [], command = [], xargs = [], parallel = [];
        for (var i = 0; i <= Math.Max(1, Math.Min(Rounds, settings.Pairs / 10)); i++)
        {
            engine.Add(await EngineAsync(Open(hosts), places, count, AtOnce));
            xargs.Add(hosts.Other("xargs", "-a", toHosts, "-P", most, "-I{}", "ssh", "-F", hosts.Kept, "{}", "true"));
            command.Add(hosts.Other("xargs", "-a", toPlaces, "-P", most, "-I{}", settings.Command, "run", "{}", "true"));
            if (hasParallel)
                parallel.Add(hosts.Other("parallel", "--will-cite", "-a", toHosts, "--ssh", $"ssh -F {hosts.Kept}", "-S", logins, "true {}"));
        }

        var what = string.Create(CultureInfo.InvariantCulture, $"{count} commands over {Hosts} hosts");
        yield return new($"{what}, engine", "`xargs -P` of `ssh` through masters", engine[1..], xargs[1..], "ms", Target.AtMostRatio(0.5));
        yield return Parallel($"{what}, engine", engine, Target.AtMostRatio(0.15));
        yield return new($"{what}, `xargs -P` of `crcache run`", "`xargs -P` of `ssh` through masters", command[1..], xargs[1..], "ms", Target.AtMostRatio(1.2));
        yield return Parallel($"{what}, `xargs -P` of `crcache run`", command, null);

        Ratio Parallel(string row, List<double> ours, Target? target)
        {
            const string peer = "`parallel --sshlogin` through masters";
            return hasParallel
                ? new(row, peer, ours[1..], parallel[1..], "ms", target)
                : Ratio.Without(row, peer, "parallel is not installed: apt-get install parallel", target);
        }
    }

    /// <summary>Runs commands through the engine, connections and all.</summary>
    /// <returns>How long they took together, in milliseconds.</returns>
    private static async Task<double> EngineAsync(CrCacheEngine engine, IReadOnlyList<string> places, int count, int atOnce)
    {
        var start = Stopwatch.GetTimestamp();
        ParallelOptions options = new() { MaxDegreeOfParallelism = places.Count * atOnce };
        await System.Threading.Tasks.Parallel.ForAsync(0, count, options, async (i, token) =>
        {
            var result = await engine.Commands.RunAsync(new(places[i % places.Count]), True, token);
            if (result.ExitCode != 0)
                throw new InvalidOperationException($"'true' ended with {result.ExitCode} on {places[i % places.Count]}");
        });
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static CrCacheEngine Open(SshHosts hosts) => CrCacheEngine.Open(new() { Environment = hosts.Home.Environment, Directory = hosts.Home.Project });

    private static string List(SshHosts hosts, string name, IReadOnlyList<string> names, int count)
    {
        var path = hosts.Home.Combine($"list-of-{name}");
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(i => names[i % names.Count]));
        return path;
    }
}
