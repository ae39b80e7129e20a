namespace CrCache.Cli.Tests.Stress;

/// <summary>
/// What happens in a stress run: the sources, and what each worker does and who is killed when. All of it follows from the seed; how the
/// processes then meet does not, because the machine decides that. A seed replays the plan, and so most likely what went wrong, not the run.
/// </summary>
internal sealed class StressPlan
{
    /// <summary>How many workers there are: at any time so many processes at most, and those that they start.</summary>
    public const int Workers = 32;

    private readonly int _seed;

    public StressPlan(int seed)
    {
        _seed = seed;
        Random random = new(seed);
        var plain = random.Next(6, 12);
        var hooked = random.Next(4, 8);
        var mixed = random.Next(4, 10);
        Sources =
        [
            new("plain", plain, random.Next(0, plain), []) { MaxUseCount = random.Next(2) == 0 ? 5 : null },
            new("hooked", hooked, random.Next(0, 3), [], HasHooks: true),
            new("mixed", mixed, random.Next(0, 4), ["plain", "hooked"]) { MaxUseCount = random.Next(2) == 0 ? 3 : null },
            new("guest", random.Next(4, 9), random.Next(0, 3), ["hooked"], HasHooks: true) { IsGuest = true, MaxUseCount = random.Next(2) == 0 ? 4 : null },
            new("top", 4, random.Next(0, 3), ["mixed"], HasHooks: random.Next(2) == 0),
        ];
    }

    /// <summary>The sources: two of this machine, a pool over them, one whose resources share those of the second, and a pool over the first.</summary>
    public IReadOnlyList<StressSource> Sources { get; }

    /// <summary>What a worker does, without an end.</summary>
    public IEnumerable<StressTurn> Turns(int worker)
    {
        Random random = new(unchecked((_seed * 1000) + worker));
        while (true)
        {
            var runs = random.Next(0, 4);
            yield return new StressTurn
            {
                Demands = Demands(random),
                Wait = random.Next(5) < 2 ? random.Next(1, 4) : null,
                Priority = random.Next(3) == 0 ? random.Next(-2, 3) : 0,
                Tie = random.Next(12) switch { 0 => StressTie.Time, < 6 => StressTie.Name, _ => StressTie.Process },
                KillAcquire = Kill(random, oneIn: 3),
                Runs = [.. Enumerable.Range(0, runs).Select(_ => (random.Next(0, 30), Kill(random, oneIn: 4)))],
                Ending = random.Next(20) switch { < 10 => StressEnding.Release, < 17 => StressEnding.ReleaseEach, 17 => StressEnding.Hold, _ => StressEnding.Leave },
                KillRelease = Kill(random, oneIn: 4),
                Steals = random.Next(20) == 0 ? random.Next(100) : null,
                Collects = random.Next(12) == 0,
                Changes = random.Next(60) == 0,
                KillFirst = Kill(random, oneIn: 3),
            };
        }
    }

    private static StressKill? Kill(Random random, int oneIn)
    {
        var (isPlanned, after, victim) = (random.Next(oneIn) == 0, random.Next(0, 50), (StressVictim)random.Next(4));
        return isPlanned ? new(victim is StressVictim.Command or StressVictim.Asked ? after : after / 4, victim) : null;
    }

    private IReadOnlyList<(string Source, string Count)> Demands(Random random)
    {
        var one = Sources[random.Next(Sources.Count)].Name;
        var two = Sources[random.Next(Sources.Count)].Name;
        return random.Next(10) switch
        {
            < 5 => [(one, "1")],
            5 or 6 => [(one, $"{random.Next(2, 5)}")],
            7 => [(one, $"{random.Next(1, 3)}..{random.Next(3, 5)}")],
            _ when one != two => [(one, "1"), (two, $"{random.Next(1, 3)}")],
            _ => [(one, "2")],
        };
    }
}
