namespace CrCache.Scheduling;

/// <summary>How an attempt ended.</summary>
public enum WorkEnd
{
    /// <summary>The command exited with 0.</summary>
    Passed,

    /// <summary>It exited with another code, was ended by a signal, or could not be started there.</summary>
    Failed,

    /// <summary>Its time was up.</summary>
    TimedOut,

    /// <summary>The resource was lost, or the way to it; nothing is known of the command.</summary>
    Lost,

    /// <summary>It did not run to its end: the run was to stop, or no resource was left.</summary>
    NotRun,
}
