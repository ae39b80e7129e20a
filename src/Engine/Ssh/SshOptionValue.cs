namespace CrCache.Ssh;

/// <summary>What an ssh_config says of one option.</summary>
/// <param name="Words">The words.</param>
/// <param name="Where">Its place; null for what the caller gave.</param>
internal sealed record SshOptionValue(IReadOnlyList<string> Words, SourceLocation? Where)
{
    /// <summary>The first word.</summary>
    public string Text => Words[0];

    /// <summary>Whether it says <c>none</c>.</summary>
    public bool IsNone => Words.Count == 1 && Is("none");

    /// <summary>Whether the first word is this one; case does not count.</summary>
    public bool Is(string word) => Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it says yes.</summary>
    public bool IsYes => Is("yes") || Is("true");
}
