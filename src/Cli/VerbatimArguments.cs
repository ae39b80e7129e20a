using System.CommandLine;

namespace CrCache.Cli;

/// <summary>
/// Keeps what follows the resource's name in <c>run NAME COMMAND...</c> as it is: the parser would take options out of
/// it, and split or unbundle others.
/// </summary>
internal static class VerbatimArguments
{
    private const string End = "--";

    /// <summary>Puts the end-of-options mark before NAME, where the parser stops looking, and gives an option whose value is empty that value.</summary>
    public static string[] Protect(string[] arguments, RootCommand root, Command run)
    {
        var word = FirstPositional(arguments, 0, root.Options);
        if (word < 0 || arguments[word] != run.Name || arguments.AsSpan(0, word).Contains(End))
            return WithEmptyValues(arguments);

        var name = FirstPositional(arguments, word + 1, [.. root.Options, .. run.Options]);
        if (name < 0)
            return arguments;

        var options = arguments[name - 1] == End ? arguments[..(name - 1)] : arguments[..name];
        return [.. WithEmptyValues(options), End, .. arguments[name..]];
    }

    // "--note=" of a variable that is not set: the parser would take the next word for it.
    private static string[] WithEmptyValues(string[] arguments)
    {
        var end = Array.IndexOf(arguments, End);
        var options = end < 0 ? arguments : arguments[..end];
        return [.. options.SelectMany(a => a is ['-', '-', _, .., '='] && a.IndexOf('=', StringComparison.Ordinal) == a.Length - 1 ? (string[])[a[..^1], ""] : [a]), .. arguments.Skip(options.Length)];
    }

    private static int FirstPositional(string[] arguments, int from, IEnumerable<Option> options)
    {
        var i = from;
        for (; i < arguments.Length; i++)
        {
            if (arguments[i] == End)
            {
                i++;
                break;
            }

            if (arguments[i] is not ['-', _, ..])
                break;
            if (TakesNext(arguments[i], options))
                i++;
        }

        return i < arguments.Length ? i : -1;
    }

    private static bool TakesNext(string argument, IEnumerable<Option> options)
    {
        if (argument.StartsWith(End, StringComparison.Ordinal))
            return TakesValue(argument, options);

        // -qd DIR: of several letters in one, the first that takes a value takes what is left, or else what follows.
        for (var i = 1; i < argument.Length; i++)
            if (TakesValue($"-{argument[i]}", options))
                return i == argument.Length - 1;
        return false;
    }

    private static bool TakesValue(string option, IEnumerable<Option> options) =>
        options.Any(o => o.Arity.MinimumNumberOfValues > 0 && (o.Name == option || o.Aliases.Contains(option)));
}
