namespace CrCache.Store;

/// <summary>Every way in which a transaction changes what becomes of a resource, or who waits for one: each is a moment at which a process can die.</summary>
internal enum TransitionKind
{
    /// <summary>It is written down that a resource is about to be made.</summary>
    Begin,

    /// <summary>Its way in is recorded.</summary>
    Describe,

    /// <summary>It is made.</summary>
    Provision,

    /// <summary>It is about to be tested.</summary>
    Doubt,

    /// <summary>It was tested, or made, and does not work.</summary>
    Blame,

    /// <summary>It is handed out.</summary>
    HandOut,

    /// <summary>It is handed to somebody else.</summary>
    Steal,

    /// <summary>It is kept for a person.</summary>
    Hold,

    /// <summary>Its lease is made longer, or shorter.</summary>
    Renew,

    /// <summary>Whoever acquired what is held has done with it.</summary>
    LetGo,

    /// <summary>It is given back.</summary>
    GiveBack,

    /// <summary>It is to be made ready for the next.</summary>
    Reset,

    /// <summary>It is kept, or discarded, as the reserve says.</summary>
    Settle,

    /// <summary>It goes on being kept.</summary>
    Keep,

    /// <summary>It is to be discarded.</summary>
    Condemn,

    /// <summary>Nothing is left of it.</summary>
    Forget,

    /// <summary>It is given up, whatever is left of it.</summary>
    GiveUp,

    /// <summary>Clearing it was given up.</summary>
    Abandon,

    /// <summary>Clearing it has failed.</summary>
    Postpone,

    /// <summary>It has failed again and again, and is left alone for a time.</summary>
    Quarantine,

    /// <summary>That time is over.</summary>
    Retest,

    /// <summary>It is tried again because somebody asked for it.</summary>
    Heal,

    /// <summary>Making more of a source is put off.</summary>
    PutOff,

    /// <summary>It is tried again because somebody asked for it.</summary>
    Resume,

    /// <summary>A request stands in line.</summary>
    Join,

    /// <summary>It has got what it waited for.</summary>
    Serve,

    /// <summary>It does not wait any more.</summary>
    Leave,
}
