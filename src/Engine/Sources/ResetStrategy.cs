namespace CrCache.Sources;

/// <summary>How a resource is made fit for its next holder when it is given back.</summary>
internal enum ResetStrategy
{
    /// <summary>It is left as it is.</summary>
    None,

    /// <summary>A command of the user's is run on it.</summary>
    Command,

    /// <summary>What was written since it was made is thrown away.</summary>
    Snapshot,

    /// <summary>It is unmade and made anew.</summary>
    Recreate,
}
