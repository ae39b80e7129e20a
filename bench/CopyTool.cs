namespace CrCache.Bench;

/// <summary>What copies: ours, and what one has without it, over a connection of its own or one that is kept; again where nothing has changed.</summary>
internal enum CopyTool
{
    Ours,
    OursAgain,
    Scp,
    Rsync,
    RsyncAgain,
    Tar,
    KeptRsync,
    KeptRsyncAgain,
    KeptTar,
}
