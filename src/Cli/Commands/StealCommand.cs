using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Takes resources over from whoever has them, and prints their names.</summary>
internal sealed class StealCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _names;
    private readonly TermsOptions _terms = new();

    public StealCommand(GlobalOptions options)
        : base("steal", "Take leases over from whoever holds them, prints the names: crcache steal lab-0 --note \"urgent\"")
    {
        _options = options;
        _names = LeasedNames.Create(options, "The resources; if one of them cannot be taken over, none is");
        Add(_names);
        Add(_terms.TimeToLive);
        Add(_terms.Note);
        Add(_terms.Owner);
        Add(_terms.WhileProcess);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var terms = _terms.Read(parsed);
        if (_terms.ReadTime(parsed) is { } time)
            terms = terms with { TimeToLive = time };
        var names = LeasedNames.Read(parsed, _names);
        var engine = _options.OpenEngine(parsed);
        var leases = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine("ending what runs there", parsed.GetValue(_options.Quiet));
            return await engine.Leases.StealAsync(names, terms, token);
        });
        Output.Line(parsed.GetValue(_options.Json) ? LeaseJson.Of(leases) : string.Join(' ', leases.Select(l => l.Resource)));
        return ExitCodes.Done;
    }
}
