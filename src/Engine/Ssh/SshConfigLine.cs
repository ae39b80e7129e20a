using System.Text;

namespace CrCache.Ssh;

/// <summary>One line of an ssh_config.</summary>
/// <param name="Where">Its place.</param>
/// <param name="Keyword">The option, in lower case.</param>
/// <param name="Arguments">Its words, without quotes.</param>
/// <param name="Rest">All behind the keyword as it was written, for options that are a command.</param>
internal sealed record SshConfigLine(SourceLocation Where, string Keyword, IReadOnlyList<string> Arguments, string Rest)
{
    /// <summary>Reads a line.</summary>
    /// <returns>The line; null for an empty one or a comment.</returns>
    /// <exception cref="ConfigurationException">A quote is not closed.</exception>
    public static SshConfigLine? Parse(SourceLocation where, string text)
    {
        var line = text.AsSpan().TrimEnd(" \t\r\n\f").TrimStart(" \t");
        if (line.IsEmpty || line[0] == '#')
        {
            return null;
        }

        var keyword = Split(line, out var rest);
        return new(where, keyword.ToString().ToLowerInvariant(), Words(where, rest), rest.ToString());
    }

    /// <summary>The only word.</summary>
    /// <exception cref="ConfigurationException">There is none, or more than one.</exception>
    public string Single() => Arguments switch
    {
        [{ Length: > 0 } word] => word,
        [] or [""] => throw Wrong("it has no value"),
        _ => throw Wrong($"there is more than one value: {Shown.Cut(Rest)}"),
    };

    /// <summary>The error of this line.</summary>
    public ConfigurationException Wrong(string why) => new(ErrorCodes.ConfigurationSyntax, $"{Shown.Cut(Keyword)}: {why}", Where);

    // A keyword ends at a blank or at one '=' with blanks around it, or is in quotes.
    private static ReadOnlySpan<char> Split(ReadOnlySpan<char> line, out ReadOnlySpan<char> rest)
    {
        int end;
        ReadOnlySpan<char> keyword;
        if (line[0] == '"')
        {
            var close = line[1..].IndexOf('"');
            end = close < 0 ? line.Length : close + 2;
            keyword = line[1..(close < 0 ? line.Length : close + 1)];
        }
        else
        {
            end = line.IndexOfAny(" \t\"=");
            end = end < 0 ? line.Length : end;
            keyword = line[..end];
        }

        rest = line[end..].TrimStart(" \t");
        if (rest is ['=', ..])
        {
            rest = rest[1..].TrimStart(" \t");
        }

        return keyword;
    }

    private static List<string> Words(SourceLocation where, ReadOnlySpan<char> text)
    {
        List<string> words = [];
        for (var rest = text.TrimStart(" \t"); !rest.IsEmpty && rest[0] != '#'; rest = rest.TrimStart(" \t"))
        {
            StringBuilder word = new();
            if (Word(rest, word) is not { } length)
            {
                throw new ConfigurationException(ErrorCodes.ConfigurationSyntax, $"a quote is not closed: {Shown.Cut(text.ToString())}", where);
            }

            words.Add(word.ToString());
            rest = rest[length..];
        }

        return words;
    }

    /// <summary>Reads one word up to a blank outside quotes.</summary>
    /// <returns>How long it is as it was written; null where a quote is not closed.</returns>
    private static int? Word(ReadOnlySpan<char> text, StringBuilder word)
    {
        var at = 0;
        while (at < text.Length && text[at] is not (' ' or '\t'))
        {
            var quote = text[at];
            if (quote is not ('"' or '\''))
            {
                at += Character(text[at..], word, escapesBlank: true);
                continue;
            }

            for (at++; at < text.Length && text[at] != quote;)
            {
                at += Character(text[at..], word, escapesBlank: false);
            }

            if (at++ >= text.Length)
            {
                return null;
            }
        }

        return at;
    }

    private static int Character(ReadOnlySpan<char> text, StringBuilder word, bool escapesBlank)
    {
        var isEscape = text is ['\\', '\'' or '"' or '\\', ..] || (escapesBlank && text is ['\\', ' ', ..]);
        word.Append(text[isEscape ? 1 : 0]);
        return isEscape ? 2 : 1;
    }
}
