namespace CrCache.House.Tests;

/// <summary>A file that a document shows: an <c>```ini</c> block whose first line is a comment with its path.</summary>
/// <param name="Line">The line in the document, from 1.</param>
/// <param name="Path">Its path, relative to the project's directory or from <c>~/</c>.</param>
/// <param name="Text">What it holds.</param>
internal sealed record ShownFile(int Line, string Path, string Text)
{
    public static IEnumerable<ShownFile> In(string document)
    {
        var lines = SourceText.Lines(document);
        for (var i = 0; i + 1 < lines.Count; i++)
        {
            var first = lines[i + 1].Trim();
            if (lines[i].Trim() == "```ini" && first.StartsWith("; ", StringComparison.Ordinal) && first.EndsWith("source.conf", StringComparison.Ordinal))
                yield return new(i + 1, first[2..], string.Concat(lines.Skip(i + 1).Select(l => l.Trim()).TakeWhile(l => l != "```").Select(l => l + "\n")));
        }
    }
}
