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

        List<double>[] our = [[], [], [], []], their = [[], [], [], []];
        List<double> both = [];

        // The first has the files read, and what all share is made.
        for (var i = 0; i <= Math.Max(3, settings.Pairs / hand.Share); i++)
        {
            our[0].Add(ours.Make());
            their[0].Add(theirs.Make());
            our[1].Add(ours.Run("true"));
            their[1].Add(theirs.Run("true"));
            both.Add(their[1][^1] + ours.RunHere("true"));
            our[2].Add(ours.Reset());
            their[2].Add(theirs.Reset());
            our[3].Add(ours.Discard());
            their[3].Add(theirs.Discard());
        }

        var target = hand.Limit is { } limit ? Target.AtMostRatio(limit) : null;
        return
        [
            new($"{hand.Type}: make", hand.Tool, our[0][1..], their[0][1..], "ms", target),
            new($"{hand.Type}: reset", hand.Tool, our[2][1..], their[2][1..], "ms", target),
            new($"{hand.Type}: discard", hand.Tool, our[3][1..], their[3][1..], "ms", target),
            new($"{hand.Type}: `run true`", $"{hand.Prefix}", our[1][1..], their[1][1..], "ms"),
            new($"{hand.Type}: `run true`", $"{hand.Prefix}, and `run true` of a `local` resource", our[1][1..], both[1..], "ms", Target.AtMostRatio(hand.RunLimit)),
        ];
    }
}
