using System.CommandLine;
using System.CommandLine.Parsing;
using CrCache.Configuration;

namespace CrCache.Cli;

/// <summary>Turns what the parser found wrong into one error of ours.</summary>
internal static class UsageCheck
{
    /// <summary>Refuses a wrong command line.</summary>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static void Require(ParseResult parsed)
    {
        // Help, version and completion answer whatever else is wrong.
        if (parsed.Action is not null and not System.CommandLine.Invocation.ParseErrorAction && parsed.Action != parsed.CommandResult.Command.Action)
            return;
        var command = parsed.CommandResult.Command;
        if (UnknownOption(parsed) is { } option)
            throw Unknown(parsed, option);
        if (parsed.UnmatchedTokens is [var extra, ..])
            throw command is RootCommand ? Unknown(command, extra) : Wrong(command, $"{command.Name} does not take '{Shown.Cut(extra)}'", null);
        if (command is RootCommand && parsed.Errors.All(e => e.SymbolResult is CommandResult))
            throw new UsageException("no command was given; 'crcache quickstart' is a short lesson, 'crcache commands' lists all");
        if (parsed.Errors is { Count: > 0 } errors)
            throw Wrong(command, Text(errors.FirstOrDefault(e => e.SymbolResult is not CommandResult) ?? errors[0], command), null);
        if (command is not RootCommand
            && parsed.RootCommandResult.Children.OfType<OptionResult>().FirstOrDefault(o => !o.Implicit && !o.Option.Recursive && !command.Options.Contains(o.Option)) is { } stray)
            throw NotTaken(command, stray.Option.Name);
    }

    private static UsageException Unknown(ParseResult parsed, string option)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.RootCommandResult.Command.Options.Any(o => Names(o).Contains(option)))
            return NotTaken(command, option);
        // Of one letter any other is near.
        return Wrong(command, $"unknown option '{Shown.Cut(option)}'", option.Length > 2 ? Suggestion.For(option, OptionNames(parsed)) : null);
    }

    private static UsageException Unknown(Command root, string name) =>
        root.Subcommands.SelectMany(Names).Contains(name)
            ? new($"'{name}' stands behind '--', where no command can be; write it before")
            : Wrong(root, $"unknown command '{Shown.Cut(name)}'", Suggestion.For(name, root.Subcommands.Where(c => !c.Hidden).SelectMany(Names)));

    // A source is an option of what leases from it, and an argument of what shows it.
    private static UsageException NotTaken(Command command, string option) =>
        command.Arguments.Any(a => a.HelpName == "SOURCE")
            ? new($"{command.Name} does not take {option}; name the sources as arguments: crcache {command.Name} SOURCE")
            : Wrong(command, $"{command.Name} does not take {option}", null);

    // What looks like an option but is none would otherwise be taken for a name: "release --frce pool-0".
    private static string? UnknownOption(ParseResult parsed)
    {
        var tokens = parsed.Tokens;
        for (var i = 0; i < tokens.Count && tokens[i].Type != TokenType.DoubleDash; i++)
        {
            var isValue = i > 0 && tokens[i - 1].Type == TokenType.Option && OptionOf(parsed, tokens[i - 1].Value) is { Arity.MaximumNumberOfValues: > 0 };
            if (!isValue && tokens[i] is { Type: TokenType.Argument, Value: ['-', not (>= '0' and <= '9'), ..] })
                return tokens[i].Value;
        }

        return null;
    }

    private static Option? OptionOf(ParseResult parsed, string name) =>
        Options(parsed).FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name));

    private static IEnumerable<Option> Options(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.Concat(parsed.RootCommandResult.Command.Options);

    private static IEnumerable<string> OptionNames(ParseResult parsed) =>
        Options(parsed).Where(o => o.Recursive || parsed.CommandResult.Command.Options.Contains(o)).SelectMany(Names).Where(n => n.Length > 2).Distinct();

    private static IEnumerable<string> Names(Option option) => [option.Name, .. option.Aliases];

    private static IEnumerable<string> Names(Command command) => [command.Name, .. command.Aliases];

    private static string Text(ParseError error, Command command) => error.SymbolResult switch
    {
        ArgumentResult { Parent: OptionResult { Tokens.Count: 0 } option } => $"{option.Option.Name} needs {Described(option.Option)}",
        OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} needs {Described(option.Option)}",
        OptionResult { Tokens.Count: > 1 } option when option.Option.Arity.MaximumNumberOfValues == 1 => $"{option.Option.Name} was given more than once",
        ArgumentResult { Tokens.Count: 0 } argument => $"{command.Name} needs {argument.Argument.HelpName ?? argument.Argument.Name}",
        CommandResult => $"{command.Name} needs {string.Join(" and ", command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0).Select(a => a.HelpName ?? a.Name))}",
        _ => Shown.Cut(error.Message.TrimEnd('.')),
    };

    private static string Described(Option option) => option.HelpName ?? "a value";

    private static UsageException Wrong(Command command, string what, string? nearest) =>
        new(nearest is { } name
            ? $"{what}; did you mean {name}?"
            : $"{what}; see 'crcache help{(command is RootCommand ? "" : " " + command.Name)}'");
}
