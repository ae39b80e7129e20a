using System.CommandLine;
using CrCache.Routes;

namespace CrCache.Cli.Commands;

/// <summary>Runs a command, or a shell, on a leased resource; its exit code is this program's.</summary>
internal sealed class RunCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string> _name = new("NAME")
    {
        HelpName = "NAME",
        Description = "The resource, as acquire gave it; NAME@EPOCH for that hand-out only",
    };
    private readonly Argument<string[]> _command = new("COMMAND")
    {
        HelpName = "COMMAND",
        Description = "The command and its arguments, which arrive as they are; none for a shell",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public RunCommand(GlobalOptions options)
        : base("run", "Run a command, or a shell, on a leased resource")
    {
        _options = options;
        _name.CompletionSources.Add(new Completions(options).Leased);
        Add(_name);
        Add(_command);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var resource = ResourceReference.Parse(parsed.GetRequiredValue(_name));
        var arguments = parsed.GetValue(_command) ?? [];
        var command = new ResourceCommand
        {
            Arguments = arguments,
            InheritStreams = true,
            Terminal = arguments is [] && !Console.IsInputRedirected,
        };
        var engine = _options.OpenEngine(parsed);
        using var signals = new SignalForwarding();
        await using var running = await signals.StartAsync(token => engine.Commands.StartAsync(resource, command, token));
        var result = await running.WaitAsync(cancellationToken);
        if (running.NotStarted is { } why)
            throw new CommandNotStartedException(why, result.ExitCode);
        return result.ExitCode;
    }
}
