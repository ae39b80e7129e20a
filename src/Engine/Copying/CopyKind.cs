namespace CrCache.Copying;

/// <summary>What stands at a path.</summary>
internal enum CopyKind
{
    File,
    Directory,
    Link,

    /// <summary>A device, pipe or socket: never copied.</summary>
    Special,
}
