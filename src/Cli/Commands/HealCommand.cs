using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Lets resources be tried again that were taken out of use.</summary>
internal sealed class HealCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _names = new("NAME")
    {
        HelpName = "NAME",
        Description = "The resources; all that are quarantined or dirty unless some are named",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public HealCommand(GlobalOptions options)
        : base("heal", "Let resources be tried again that failed again and again: crcache heal lab-0; prints their names")
    {
        _options = options;
        _names.CompletionSources.Add(new Completions(options).Sick);
        Add(_names);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var engine = _options.OpenEngine(parsed);
        var healed = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine("healing", parsed.GetValue(_options.Quiet));
            return await engine.Leases.HealAsync(parsed.GetValue(_names) ?? [], token);
        });
        if (parsed.GetValue(_options.Json))
            Output.Line(JsonText.Array(healed, (writer, name) => writer.WriteString("name", name)));
        else if (healed.Count > 0)
            Output.Line(string.Join(' ', healed));
        return ExitCodes.Done;
    }
}
