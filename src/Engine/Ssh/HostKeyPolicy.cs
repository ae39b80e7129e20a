namespace CrCache.Ssh;

/// <summary>What becomes of a host whose key nobody knows. One whose key has changed is always refused, but for <see cref="Any"/>.</summary>
internal enum HostKeyPolicy
{
    /// <summary>It is refused.</summary>
    Strict,

    /// <summary>Its key is written down, and it is used.</summary>
    AcceptNew,

    /// <summary>It is used whatever its key.</summary>
    Any,
}
