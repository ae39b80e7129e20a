using System.CommandLine;
using System.Globalization;

namespace CrCache.Cli.Commands;

/// <summary>Leases resources and prints their names.</summary>
internal sealed class AcquireCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Option<string[]> _source;
    private readonly Argument<string?> _count = new("N")
    {
        Description = "How many resources, all or none (default 1); 2..8 for as many as are free, at least 2",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly TermsOptions _terms = new();
    private readonly Option<string?> _wait = new(WaitArgument.Name)
    {
        Description = "Wait in line for what others hold, so long or for ever (CRCACHE_WAIT)",
        HelpName = "DURATION",
    };
    private readonly Option<string?> _where = new("--where")
    {
        Description = "Only resources of which this is true, such as 'os=linux && cores>=4 && !label.gpu' (CRCACHE_WHERE)",
        HelpName = "CONDITION",
    };
    private readonly Option<string?> _priority = new("--priority")
    {
        Description = "With --wait: greater numbers are served first, from -1000 to 1000 (default 0)",
        HelpName = "N",
    };

    public AcquireCommand(GlobalOptions options, Option<string[]> source)
        : base("acquire", "Lease compute resources; prints their names")
    {
        _options = options;
        _source = source;
        Add(_count);
        Add(source);
        Add(_terms.TimeToLive);
        Add(_terms.Note);
        Add(_terms.Owner);
        Add(_terms.WhileProcess);
        Add(_where);
        Add(_wait);
        Add(_priority);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = Request(parsed);
        var engine = _options.OpenEngine(parsed);
        var leases = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine(
                string.Create(CultureInfo.InvariantCulture, $"{(request.Wait == TimeSpan.Zero ? "acquiring" : "waiting for")} {string.Join(" and ", request.Demands.Select(d => $"{d.Count} of {d.Source}"))}"), parsed.GetValue(_options.Quiet));
            return await engine.Leases.AcquireAsync(request, token);
        });
        try
        {
            Output.Line(parsed.GetValue(_options.Json) ? LeaseJson.Of(leases) : string.Join(' ', leases.Select(l => l.Resource)));
        }
        catch (Exception e) when (e is OutputFailedException or OutputClosedException)
        {
            // Nobody learned the names, so nobody could give the resources back.
            await engine.Leases.ReleaseAsync([.. leases.Select(l => l.Reference)], force: false, CancellationToken.None);
            throw new OutputFailedException($"{e.Message}: the resources were given back", e);
        }

        return ExitCodes.Done;
    }

    private AcquireRequest Request(ParseResult parsed)
    {
        var terms = _terms.Read(parsed);
        AcquireRequest request = new(DemandText.ParseAll(parsed.GetValue(_source), parsed.GetValue(_count), parsed.GetValue(_where)))
        {
            Owner = terms.Owner,
            OwnerName = terms.OwnerName,
            Note = terms.Note,
            Wait = WaitArgument.Parse(parsed.GetValue(_wait) ?? EnvironmentFallback.Of("CRCACHE_WAIT")),
            Priority = Priority(parsed.GetValue(_priority)),
        };
        return _terms.ReadTime(parsed) is { } time ? request with { TimeToLive = time } : request;
    }

    private static int Priority(string? text) => text is null
        ? 0
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"--priority: '{Shown.Cut(text)}' is not a whole number");
}
