namespace CrCache.Cli.Tests.Stress;

/// <summary>What a worker does from one acquire to the next. Whatever may be killed says when.</summary>
internal sealed record StressTurn
{
    /// <summary>What it acquires: sources and how many, such as <c>2..4</c>.</summary>
    public required IReadOnlyList<(string Source, string Count)> Demands { get; init; }

    /// <summary>For how many seconds it waits in line; null where it does not.</summary>
    public int? Wait { get; init; }

    /// <summary>Its place in the line.</summary>
    public int Priority { get; init; }

    /// <summary>What ends the lease where nobody else can.</summary>
    public StressTie Tie { get; init; }

    /// <summary>Kills the acquire.</summary>
    public StressKill? KillAcquire { get; init; }

    /// <summary>The commands it runs, each for so many milliseconds.</summary>
    public IReadOnlyList<(int Milliseconds, StressKill? Kill)> Runs { get; init; } = [];

    /// <summary>How it gives back what it has.</summary>
    public StressEnding Ending { get; init; }

    /// <summary>Kills the release.</summary>
    public StressKill? KillRelease { get; init; }

    /// <summary>Whether it steals what somebody else has, before all else: which of them.</summary>
    public int? Steals { get; init; }

    /// <summary>Whether it collects, before all else.</summary>
    public bool Collects { get; init; }

    /// <summary>Whether it changes what a source's resources are like, before all else, so that those that are cached are of no use any more.</summary>
    public bool Changes { get; init; }

    /// <summary>Kills the steal or the collecting.</summary>
    public StressKill? KillFirst { get; init; }
}
