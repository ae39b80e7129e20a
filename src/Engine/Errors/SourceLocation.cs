namespace CrCache;

/// <summary>A place in a configuration file.</summary>
/// <param name="File">Full path of the file or directory.</param>
/// <param name="Line">Line, from 1; 0 where the whole file is meant.</param>
public readonly record struct SourceLocation(string File, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : File;
}
