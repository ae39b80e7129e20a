namespace CrCache.Copying;

/// <summary>What a path leads to: a directory that is held, or a name in one, of something that is no directory or is not there.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Name">The name in it; null where the directory itself is meant.</param>
internal sealed record HeldPath(HeldEntry Directory, string? Name) : IDisposable
{
    public void Dispose() => Directory.Dispose();
}
