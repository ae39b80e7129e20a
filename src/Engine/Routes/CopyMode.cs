namespace CrCache.Routes;

/// <summary>How a file is put in place on a resource that shares its file system with the sender.</summary>
public enum CopyMode
{
    /// <summary>A copy of its own, as fast as the kernel makes it.</summary>
    Copy,

    /// <summary>A hard link, as <c>cp -al</c> makes: instant, but both names are one file.</summary>
    Hardlink,

    /// <summary>A symbolic link to the sender's file.</summary>
    Symlink,

    /// <summary>A copy that shares its blocks with the sender's file until either is written, where the file system can.</summary>
    Reflink,
}
