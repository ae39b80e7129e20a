namespace CrCache.Scheduling;

/// <summary>How a run of work goes.</summary>
public sealed record WorkOptions
{
    /// <summary>How often an item that failed is tried again, from 0 up; on another resource where there is one.</summary>
    public int Retries { get; init; }

    /// <summary>How often an item whose resource was lost is run elsewhere, from 0 up.</summary>
    public int Moves { get; init; } = 2;

    /// <summary>What a failed item means for the others.</summary>
    public HaltRule Halt { get; init; }

    /// <summary>The series of runs in whose history the items' times are; null to neither read nor write one.</summary>
    public string? Series { get; init; }
}
