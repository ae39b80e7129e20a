namespace CrCache.Cli.Tests.Stress;

/// <summary>Where a resource is in its life, as far as events tell.</summary>
internal enum LoggedPhase
{
    /// <summary>It is being made.</summary>
    Making,

    /// <summary>Nobody has it; it may be free, or still be reset.</summary>
    Free,

    /// <summary>Somebody has it.</summary>
    InUse,

    /// <summary>It is being discarded, or is to be.</summary>
    Going,

    /// <summary>It has failed again and again, and is left alone.</summary>
    Quarantined,
}
