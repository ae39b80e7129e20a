namespace CrCache.Copying;

/// <summary>What a copy would do.</summary>
public enum CopyChangeKind
{
    /// <summary>It is not there, and would be.</summary>
    Create,

    /// <summary>It is there, and would be replaced, or be given another mode or time.</summary>
    Update,

    /// <summary>It is there, and would not be.</summary>
    Delete,
}
