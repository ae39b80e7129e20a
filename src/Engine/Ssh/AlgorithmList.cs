namespace CrCache.Ssh;

/// <summary>A list of algorithms as ssh_config has it: names and patterns, separated by commas; <c>+</c> adds to the usual ones, <c>-</c> takes away, <c>^</c> puts to the front.</summary>
/// <param name="Text">The list as it was written.</param>
internal sealed record AlgorithmList(string Text)
{
    /// <summary>What it makes of the usual ones.</summary>
    /// <param name="usual">The usual ones, the preferred first.</param>
    /// <param name="available">All that there are; null where those are the usual ones.</param>
    /// <returns>The chosen ones that are available, the preferred first.</returns>
    public IReadOnlyList<string> Choose(IReadOnlyList<string> usual, IReadOnlyList<string>? available = null)
    {
        available ??= usual;
        var prefix = Text is ['+' or '-' or '^', ..] ? Text[0] : '\0';
        var list = prefix == '\0' ? Text : Text[1..];
        IEnumerable<string> named = list.Split(',').SelectMany(p => available.Where(a => SshPattern.Matches(a, p))).Distinct();
        return prefix switch
        {
            '+' => [.. usual.Union(named)],
            '-' => [.. usual.Except(named)],
            '^' => [.. named.Union(usual)],
            _ => [.. named],
        };
    }
}
