namespace CrCache.MSBuild;

/// <summary>When a lease ends by itself.</summary>
internal enum LeaseLifetime
{
    /// <summary>When the build ends.</summary>
    Build,

    /// <summary>When it expires.</summary>
    Manual,
}
