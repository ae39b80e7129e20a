using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>What a place costs to make, to reset, to discard and to enter, against doing the same by hand.</summary>
internal static class Places
{
    private static readonly Func<ByHand>[] Peers =
        [() => new BoxByHand(), () => new HolderByHand(), () => new OverlayByHand(), () => new SchrootByHand(), () => new LxcByHand(), () => new DockerByHand()];

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        foreach (var peer in Peers)
        {
            using var hand = peer();
            if (hand.IsMissing(out var reason))
            {
                await Console.Error.WriteLineAsync($"places: {hand.Type} against {hand.Tool} is left out: {reason}");
                continue;
            }

            foreach (var ratio in await CompareAsync(settings, hand))
                yield return ratio;
        }
    }

    private static async Task<IReadOnlyList<Ratio>> CompareAsync(BenchSettings settings, ByHand hand)
    {
        using var home = new TestHome();
        var configuration = await hand.PrepareAsync(home);
        var said = home.Combine("output");
        using var spawn = new Spawn(home.Environment, said);
        using var ours = new LeasedPlace(home, configuration, spawn, settings.Command);
        using var theirs = new HandMadePlace(home, hand, spawn, said);

        Dictionary<string, (List<double> Ours, List<double> Theirs, List<double> Both)> times = [];
        void Time(string what, double our, double their, double lease)
        {
            if (!times.TryGetValue(what, out var of))
                times[what] = of = ([], [], []);
            of.Ours.Add(our);
            of.Theirs.Add(their);
            of.Both.Add(their + lease);
        }

        // The first has the files read, and what all share is made.
        for (var i = 0; i <= Math.Max(3, settings.Pairs / hand.Share); i++)
        {
            Time("make", ours.Make(), theirs.Make(), ours.MakeHere());
            Time("`run true`", ours.Run("true"), theirs.Run("true"), ours.RunHere("true"));
            var release = ours.DiscardHere();
            Time("reset", ours.Reset(), theirs.Reset(), release);
            Time("discard", ours.Discard(), theirs.Discard(), release);
        }

        List<Ratio> ratios = [];
        foreach (var (what, of) in times)
        {
            var tool = what == "`run true`" ? hand.Prefix : hand.Tool;
            var limit = what == "`run true`" ? hand.RunLimit : hand.Limit;
            ratios.Add(new($"{hand.Type}: {what}", tool, of.Ours[1..], of.Theirs[1..], "ms"));
            if (limit is { } most)
                ratios.Add(new($"{hand.Type}: {what}", $"{tool}, and the same of a `local` resource", of.Ours[1..], of.Both[1..], "ms", Target.AtMostRatio(most)));
        }

        return ratios;
    }
}
