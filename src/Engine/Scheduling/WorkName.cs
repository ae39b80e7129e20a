namespace CrCache.Scheduling;

/// <summary>
/// What a unit of work is known by from run to run: names from the widest to the narrowest, such as an assembly, a class and a test. What the wider ones
/// took tells something of one that has never run.
/// </summary>
public readonly record struct WorkName
{
    private const char Separator = '\u001f';

    private WorkName(string text) => Text = text;

    /// <summary>All of it in one.</summary>
    internal string Text { get; }

    /// <summary>A name of its parts.</summary>
    /// <param name="parts">From the widest to the narrowest, at least one; control characters in them count as spaces.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static WorkName Of(params ReadOnlySpan<string> parts)
    {
        if (parts.Length == 0)
            throw new ArgumentException("a unit of work has a name", nameof(parts));
        var clean = new string[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            clean[i] = parts[i].Replace(Separator, ' ');
        return new(string.Join(Separator, clean));
    }

    /// <summary>A name as <see cref="Text"/> has it.</summary>
    internal static WorkName Stored(string text) => new(text);

    /// <summary>The wider ones, the nearest first.</summary>
    internal IEnumerable<WorkName> Wider()
    {
        for (var end = Text.LastIndexOf(Separator); end >= 0; end = end == 0 ? -1 : Text.LastIndexOf(Separator, end - 1))
            yield return new(Text[..end]);
    }
}
