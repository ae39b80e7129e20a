namespace CrCache.Scheduling;

/// <summary>What a failed item means for the others.</summary>
public enum HaltRule
{
    /// <summary>Nothing: all are run.</summary>
    Never,

    /// <summary>No further one is started.</summary>
    Soon,

    /// <summary>No further one is started, and those that run are ended.</summary>
    Now,
}
