namespace CrCache.Copying;

/// <summary>A part of a file that is no hole.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How long it is.</param>
internal readonly record struct FilePart(long Start, long Length);
