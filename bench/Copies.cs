using System.Globalization;
using System.Security.Cryptography;
using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>What copies take, to and from another machine, against what one copies with.</summary>
internal static class Copies
{
    private const int SmallFile = 4096;
    private const int FilesOfADirectory = 100;
    private const int Hosts = 4;
    private const int Rounds = 5;
    private const string NoRsync = "rsync is not installed: apt-get install rsync";
    private const string Archived = "`tar \\| ssh tar`";

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        if (SshHosts.Missing is { } reason)
        {
            yield return Ratio.Without("copies over ssh", "`scp`", reason);
            yield break;
        }

        using TemporaryDirectory data = new();
        await WriteLargeAsync(data, settings.Mebibytes);
        await WriteTreeAsync(data, settings.Files);
        using (var hosts = await SshHosts.StartAsync(settings, 1))
        {
            var place = hosts.Lease("lab")[0];
            foreach (var isInward in new[] { true, false })
            {
                var large = await TimesAsync(settings, new CopyTools(hosts, data, "large", place, isInward));
                foreach (var ratio in OfLarge(large, isInward, settings.Mebibytes))
                    yield return ratio;
                var tree = await TimesAsync(settings, new CopyTools(hosts, data, "tree", place, isInward));
                foreach (var ratio in OfTree(tree, isInward, settings.Files))
                    yield return ratio;
            }
        }

        yield return await FannedAsync(settings, data);
    }

    private static async Task<Dictionary<CopyTool, List<double>>> TimesAsync(BenchSettings settings, CopyTools tools)
    {
        Dictionary<CopyTool, List<double>> times = [];
        for (var i = 0; i <= Math.Clamp(settings.Pairs / 10, 1, Rounds); i++)
        {
            foreach (var tool in tools.All)
            {
                // Once, and again with nothing changed where that is told apart. The first round has the files read.
                var time = tools.Copy(tool);
                if (i > 0)
                    Add(tool, time);
            }

            await tools.ClearAsync();
        }

        return times;

        void Add(CopyTool tool, double time)
        {
            if (!times.TryGetValue(tool, out var of))
                times[tool] = of = [];
            of.Add(time);
        }
    }

    private static IEnumerable<Ratio> OfLarge(Dictionary<CopyTool, List<double>> times, bool isInward, int mebibytes)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{mebibytes} MiB in one file, {(isInward ? "in" : "out")}");
        yield return Rate(times, what, CopyTool.Ours, CopyTool.Scp, "`scp`", mebibytes, "MiB/s", Target.AtLeastRatio(2));
        yield return Rate(times, what, CopyTool.Ours, CopyTool.Rsync, "`rsync -a`", mebibytes, "MiB/s", null);
        yield return Rate(times, what, CopyTool.Ours, CopyTool.Tar, Archived, mebibytes, "MiB/s", null);
        yield return Again(times, what);
    }

    private static IEnumerable<Ratio> OfTree(Dictionary<CopyTool, List<double>> times, bool isInward, int files)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{files:N0} files of 4 KiB, {(isInward ? "in" : "out")}");
        yield return Rate(times, what, CopyTool.Ours, CopyTool.Scp, "`scp -r`", files, "files/s", Target.AtLeastRatio(7));
        yield return Rate(times, what, CopyTool.Ours, CopyTool.Rsync, "`rsync -a`", files, "files/s", Target.AtLeastRatio(1.5));
        yield return Rate(times, what, CopyTool.Ours, CopyTool.KeptRsync, "`rsync -a` through a master", files, "files/s", null);
        yield return Rate(times, what, CopyTool.Ours, CopyTool.Tar, Archived, files, "files/s", null);
        yield return Rate(times, what, CopyTool.Ours, CopyTool.KeptTar, $"{Archived} through a master", files, "files/s", null);
        yield return Again(times, what);
        yield return Times(times, $"{what}, nothing changed", CopyTool.OursAgain, CopyTool.KeptRsyncAgain, "`rsync -a` through a master", null);
    }

    private static Ratio Again(Dictionary<CopyTool, List<double>> times, string what) =>
        Times(times, $"{what}, nothing changed", CopyTool.OursAgain, CopyTool.RsyncAgain, "`rsync -a`", Target.AtMostRatio(0.5));

    private static Ratio Rate(
        Dictionary<CopyTool, List<double>> times, string what, CopyTool ours, CopyTool peer, string name, int amount, string unit, Target? target)
    {
        return times.ContainsKey(peer) ? new(what, name, Rates(ours), Rates(peer), unit, target) : Ratio.Without(what, name, NoRsync, target);

        double[] Rates(CopyTool tool) => [.. times[tool].Select(t => amount / (t / 1000))];
    }

    private static Ratio Times(Dictionary<CopyTool, List<double>> times, string what, CopyTool ours, CopyTool peer, string name, Target? target) =>
        times.TryGetValue(peer, out var theirs) ? new(what, name, times[ours], theirs, "ms", target) : Ratio.Without(what, name, NoRsync, target);

    /// <summary>One tree to four hosts, which have one machine, its cores and its disk in common.</summary>
    private static async Task<Ratio> FannedAsync(BenchSettings settings, TemporaryDirectory data)
    {
        // Relative paths are in HOME, of which each host has its own.
        using var hosts = await SshHosts.StartAsync(settings, Hosts, "ForceCommand cd \"$HOME\" && eval \"$SSH_ORIGINAL_COMMAND\"");
        var places = hosts.Lease("lab");
        string[] all = [.. places.SelectMany(p => new[] { "--to", p })];
        List<double> several = [], one = [];
        for (var i = 0; i <= Math.Clamp(settings.Pairs / 10, 1, Rounds); i++)
        {
            several.Add(Copy(all));
            one.Add(Copy("--to", places[0]));
        }

        var what = string.Create(CultureInfo.InvariantCulture, $"{settings.Files:N0} files of 4 KiB to {Hosts} hosts, `--to`");
        return new(what, "the same to one", several[1..], one[1..], "ms", Target.AtMostRatio(1.5));

        double Copy(params string[] to)
        {
            var time = hosts.Crcache(["cp", .. to, data.Combine("tree"), "."]);
            foreach (var home in hosts.Homes)
                if (Directory.Exists(Path.Combine(home, "tree")))
                    Directory.Delete(Path.Combine(home, "tree"), recursive: true);
            return time;
        }
    }

    private static async Task WriteLargeAsync(TemporaryDirectory data, int mebibytes)
    {
        var part = new byte[1024 * 1024];
        await using var file = File.Create(data.Combine("large"));
        for (var i = 0; i < mebibytes; i++)
        {
            RandomNumberGenerator.Fill(part);
            await file.WriteAsync(part);
        }
    }

    private static async Task WriteTreeAsync(TemporaryDirectory data, int files)
    {
        var content = new byte[SmallFile];
        for (var i = 0; i < files; i++)
        {
            RandomNumberGenerator.Fill(content);
            var directory = data.Combine("tree", string.Create(CultureInfo.InvariantCulture, $"{i / FilesOfADirectory}"));
            Directory.CreateDirectory(directory);
            await File.WriteAllBytesAsync(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{i}")), content);
        }
    }
}
