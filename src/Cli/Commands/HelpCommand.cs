using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary><c>crcache help COMMAND</c>: the same as <c>crcache COMMAND --help</c>.</summary>
internal sealed class HelpCommand : Command
{
    private readonly CommandLine _commandLine;
    private readonly Argument<string?> _command = new("COMMAND")
    {
        Description = "The command to explain; none for all",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public HelpCommand(CommandLine commandLine)
        : base("help", "Explain a command")
    {
        _commandLine = commandLine;
        Add(_command);
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var help = _commandLine.Parse(parsed.GetValue(_command) is { } command ? [command, "--help"] : ["--help"]);
        if (help.UnmatchedTokens is [var unknown, ..])
            throw new UsageException($"unknown command '{Shown.Cut(unknown)}'; 'crcache commands' lists all");
        return CommandLine.InvokeAsync(help);
    }
}
