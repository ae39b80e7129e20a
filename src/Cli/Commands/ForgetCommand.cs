using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Gives up resources that cannot be discarded.</summary>
internal sealed class ForgetCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _names = new("NAME")
    {
        HelpName = "NAME",
        Description = "The resources; if one of them cannot be forgotten, none is",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Also what is not known to be broken, whoever has it" };

    public ForgetCommand(GlobalOptions options)
        : base("forget", "Give resources up whose discard can never succeed, and say what is left of them: crcache forget lab-0; prints their names")
    {
        _options = options;
        _names.CompletionSources.Add(new Completions(options).Sick);
        Add(_names);
        Add(_force);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var engine = _options.OpenEngine(parsed);
        var forgotten = await Interruption.AllowAsync(token => engine.Leases.ForgetAsync(parsed.GetValue(_names) ?? [], parsed.GetValue(_force), token));
        if (parsed.GetValue(_options.Json))
        {
            Output.Line(JsonText.Array(forgotten, (writer, f) =>
            {
                writer.WriteString("name", f.Resource);
                writer.WriteString("left", f.Left);
            }));
            return ExitCodes.Done;
        }

        Output.Line(string.Join(' ', forgotten.Select(f => f.Resource)));
        foreach (var (name, left) in forgotten)
        {
            if (left is not null && !parsed.GetValue(_options.Quiet))
                Talk.Line($"crcache: of {name} there may be left, for you to remove: {Printable.Line(left)}");
        }

        return ExitCodes.Done;
    }
}
