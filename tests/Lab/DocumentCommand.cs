namespace CrCache.Lab;

/// <summary>A command that a document shows.</summary>
/// <param name="File">The document, from the repository's root.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Text">The command, continuation lines joined.</param>
/// <param name="Output">The lines shown below it.</param>
public sealed record DocumentCommand(string File, int Line, string Text, IReadOnlyList<string> Output)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}: $ {Text}";
}
