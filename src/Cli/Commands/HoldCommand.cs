using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Keeps leased resources for a person to look at.</summary>
internal sealed class HoldCommand : Command
{
    private static readonly TimeSpan Usual = TimeSpan.FromHours(4);

    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _names;
    private readonly TermsOptions _terms = new();
    private readonly Option<string?> _time = new("--for")
    {
        Description = "How long from now on, run and cp renew it: 90s, 15m, 4h, 2d (default 4h)",
        HelpName = "DURATION",
    };

    public HoldCommand(GlobalOptions options)
        : base("hold", "Keep leased resources for a person to look at: crcache hold lab-0 --for 4h --note \"fails here\"")
    {
        _options = options;
        _names = LeasedNames.Create(options, "The resources; if one of them cannot be held, none is");
        _terms.Owner.Description = "Whom it is for: a name that is then needed to release it (CRCACHE_OWNER; else user@host, and none is needed)";
        _terms.Note.Description = "A remark for whoever finds the resource taken (CRCACHE_NOTE; else the lease's)";
        Add(_names);
        Add(_time);
        Add(_terms.Note);
        Add(_terms.Owner);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        var terms = _terms.Read(parsed) with { TimeToLive = parsed.GetValue(_time) is { } time ? Duration.Parse(time) : Usual };
        var leases = _options.OpenEngine(parsed).Leases.Hold(LeasedNames.Read(parsed, _names), terms);
        if (parsed.GetValue(_options.Json))
            Output.Line(LeaseJson.Of(leases));
        return ExitCodes.Done;
    }
}
