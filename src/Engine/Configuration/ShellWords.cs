using System.Text;

namespace CrCache.Configuration;

/// <summary>A line as a user would type it for a shell: words, quotes and backslashes, and nothing that a shell would work out.</summary>
internal static class ShellWords
{
    /// <summary>Splits a line into its words.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The words; null where a quote is not closed.</returns>
    public static IReadOnlyList<string>? Split(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char? quote = null;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\\' && i + 1 < line.Length && (quote is null || (quote == '"' && line[i + 1] is '"' or '\\' or '$' or '`')))
            {
                i++;
                (word ??= new()).Append(line[i]);
            }
            else if (quote is { } open ? c == open : c is '"' or '\'')
            {
                word ??= new();
                quote = quote is null ? c : null;
            }
            else if (quote is null && c is ' ' or '\t' or '\n')
            {
                if (word is not null)
                {
                    words.Add(word.ToString());
                }

                word = null;
            }
            else
            {
                (word ??= new()).Append(c);
            }
        }

        if (word is not null)
        {
            words.Add(word.ToString());
        }

        return quote is null ? words : null;
    }
}
