namespace CrCache.Sources;

/// <summary>How an import comes into a resource.</summary>
internal enum ImportKind
{
    /// <summary>It is the same: what is written there is written in both.</summary>
    Bind,

    /// <summary>It is the same, and cannot be written there.</summary>
    ReadOnly,

    /// <summary>It is copied as it is written there, so that nothing is written in the place that it is from.</summary>
    Overlay,

    /// <summary>It is copied when the resource is made, with rsync where that is there.</summary>
    Copy,
}
