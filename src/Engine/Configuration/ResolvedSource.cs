namespace CrCache.Configuration;

/// <summary>A source as it was read, with all that it is layered on.</summary>
/// <param name="Settings">The source.</param>
/// <param name="Layers">What it draws from, in order.</param>
internal sealed record ResolvedSource(SourceSettings Settings, IReadOnlyList<ResolvedSource> Layers)
{
    /// <summary>Whether something here or below is not known, because nothing is bound.</summary>
    public bool IsOpen => Settings.IsTemplate || Layers.Any(l => l.IsOpen);
}
