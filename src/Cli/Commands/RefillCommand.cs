using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Makes ahead of time what is to be kept, and discards what is not.</summary>
internal sealed class RefillCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _sources = new("SOURCE")
    {
        HelpName = "SOURCE",
        Description = "Only these sources; what failed is then tried again at once",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<bool> _parents = new("--parents") { Description = "Also look for .crcache in the parent directories, as builds and test runs do" };

    public RefillCommand(GlobalOptions options)
        : base("refill", "Make what sources are to keep ready, and discard what they are not: crcache refill lab")
    {
        _options = options;
        _sources.CompletionSources.Add(new Completions(options).Sources);
        Add(_sources);
        Add(_parents);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var quiet = parsed.GetValue(_options.Quiet);
        var engine = _options.OpenEngine(parsed, parsed.GetValue(_parents));
        var done = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine("refilling", quiet);
            return await engine.Leases.RefillAsync(parsed.GetValue(_sources) ?? [], token);
        });
        CollectedReport.Write(done, applied: true, parsed.GetValue(_options.Json));
        return done.Any(d => d.IsFailure) ? ExitCodes.Failed : ExitCodes.Done;
    }
}
