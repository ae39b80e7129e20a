namespace CrCache.Store;

/// <summary>Where a resource is in its life. The store has the names in lower case.</summary>
internal enum ResourceState
{
    /// <summary>It is, or is about to be, made.</summary>
    Provisioning,

    /// <summary>Ready and free.</summary>
    Idle,

    /// <summary>Somebody has it.</summary>
    Leased,

    /// <summary>Kept for a person, whatever becomes of the process that acquired it.</summary>
    Held,

    /// <summary>Given back, and not free yet: what its last holder left running is being ended, and it is made as it was.</summary>
    Resetting,

    /// <summary>It is, or is about to be, unmade.</summary>
    Discarding,

    /// <summary>Its discard failed: never handed out again, and discarded as soon as that succeeds.</summary>
    Dirty,

    /// <summary>It has failed again and again: not handed out, nor made anew, until a test some time later shows that it works.</summary>
    Quarantined,
}
