using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Makes leases last longer.</summary>
internal sealed class RenewCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _names;
    private readonly TermsOptions _terms = new();

    public RenewCommand(GlobalOptions options)
        : base("renew", "Make leases last longer from now on: crcache renew lab-0 --ttl 2h")
    {
        _options = options;
        _names = LeasedNames.Create(options, "The resources; if one of them cannot be renewed, none is");
        _terms.TimeToLive.Description = "How long from now on: 90s, 15m, 4h, 2d (CRCACHE_TTL; else as long as it was acquired for)";
        Add(_names);
        Add(_terms.TimeToLive);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        var time = _terms.ReadTime(parsed);
        var leases = _options.OpenEngine(parsed).Leases.Renew(LeasedNames.Read(parsed, _names), time);
        if (parsed.GetValue(_options.Json))
            Output.Line(LeaseJson.Of(leases));
        return ExitCodes.Done;
    }
}
