namespace CrCache.Copying;

/// <summary>Something in a tree.</summary>
/// <param name="Path">Its path from the tree's root, with slashes; empty for the root itself.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="Size">Its size in bytes; of a link, its target's length.</param>
/// <param name="Modified">When it was modified, in nanoseconds since 1970.</param>
internal sealed record CopyEntry(string Path, CopyKind Kind, int Mode, long Size, long Modified)
{
    private const long Second = 1_000_000_000;
    private const long Tick = 100;
    private const int TypeMask = 0xF000;
    private const int PermissionMask = 0xFFF;

    /// <summary>Reads what stat(2) calls a mode.</summary>
    public static CopyEntry Of(string path, int mode, long size, long modified) => new(path, (mode & TypeMask) switch
    {
        0x8000 => CopyKind.File,
        0x4000 => CopyKind.Directory,
        0xA000 => CopyKind.Link,
        _ => CopyKind.Special,
    }, mode & PermissionMask, size, modified);

    /// <summary>Reads what the kernel says.</summary>
    public static CopyEntry Of(string path, in FileStatus status) =>
        Of(path, status.Mode, status.Size, (status.ModifiedSeconds * Second) + status.ModifiedNanoseconds);

    /// <summary>
    /// Whether the other is a copy of this, as rsync judges it. Some file systems and archives keep whole seconds only, and
    /// .NET keeps ticks of 100 ns.
    /// </summary>
    public bool IsUnchanged(CopyEntry other)
    {
        var sameTime = Modified / Tick == other.Modified / Tick
            || (Modified / Second == other.Modified / Second && (Modified % Second == 0 || other.Modified % Second == 0));
        return Kind == other.Kind && sameTime && (Kind == CopyKind.Directory || Size == other.Size) && (Kind == CopyKind.Link || Mode == other.Mode);
    }
}
