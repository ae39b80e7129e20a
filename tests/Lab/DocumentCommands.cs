namespace CrCache.Lab;

/// <summary>
/// The commands that a document shows: lines that start with <c>$ </c> in its <c>```console</c> blocks. What stands below
/// one, up to the next, is its output.
/// </summary>
public static class DocumentCommands
{
    /// <summary>Reads a document's commands.</summary>
    /// <param name="document">Its path from the repository's root.</param>
    /// <returns>The commands in order, block by block.</returns>
    public static IReadOnlyList<DocumentCommand> Read(string document) => [.. Blocks(document).SelectMany(b => b)];

    /// <summary>Reads a document's console blocks, for those whose commands build on each other.</summary>
    /// <param name="document">Its path from the repository's root.</param>
    /// <returns>For each block, its commands in order.</returns>
    public static IReadOnlyList<IReadOnlyList<DocumentCommand>> Blocks(string document)
    {
        var lines = File.ReadAllLines(Repository.Path(document));
        List<IReadOnlyList<DocumentCommand>> blocks = [];
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimEnd() != "```console")
                continue;
            var end = Array.IndexOf(lines, "```", i + 1);
            if (end < 0)
                throw new InvalidDataException($"{document}:{i + 1}: the console block has no end");
            blocks.Add(Block(document, lines, i + 1, end));
            i = end;
        }

        return blocks;
    }

    private static List<DocumentCommand> Block(string document, string[] lines, int start, int end)
    {
        List<DocumentCommand> commands = [];
        for (var i = start; i < end;)
        {
            if (!lines[i].StartsWith("$ ", StringComparison.Ordinal))
                throw new InvalidDataException($"{document}:{i + 1}: output without a command; commands start with '$ '");
            var line = i + 1;
            var text = lines[i++][2..];
            while (text.EndsWith('\\') && i < end)
                text = text[..^1] + lines[i++].TrimStart();
            var output = lines[i..end].TakeWhile(l => !l.StartsWith("$ ", StringComparison.Ordinal)).ToArray();
            i += output.Length;
            commands.Add(new(document, line, text, output));
        }

        return commands;
    }
}
