namespace CrCache.Copying;

/// <summary>How far a copy is; with several destinations, what each gets counts.</summary>
/// <param name="Files">Files that have been copied.</param>
/// <param name="AllFiles">Files that have to be.</param>
/// <param name="Bytes">Bytes of content that have been copied.</param>
/// <param name="AllBytes">Bytes of content that have to be.</param>
public readonly record struct CopyProgress(long Files, long AllFiles, long Bytes, long AllBytes);
