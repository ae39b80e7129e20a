using System.CommandLine;
using CrCache.Leasing;

namespace CrCache.Cli.Commands;

/// <summary>Says what a request would be given, and why not.</summary>
internal sealed class ExplainCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Option<string[]> _source;
    private readonly Argument<string?> _count = new("N") { Description = "How many resources (default 1)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _where = new("--where") { Description = "As for acquire (CRCACHE_WHERE)", HelpName = "CONDITION" };

    public ExplainCommand(GlobalOptions options, Option<string[]> source)
        : base("explain", "Say of each resource whether an acquire would get it, and why not")
    {
        (_options, _source) = (options, source);
        Add(_count);
        Add(source);
        Add(_where);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        var demands = DemandText.ParseAll(parsed.GetValue(_source), parsed.GetValue(_count), parsed.GetValue(_where));
        var candidates = _options.OpenEngine(parsed).Leases.Explain(new(demands));
        if (parsed.GetValue(_options.Json))
        {
            Output.Line(JsonText.Array(candidates, (writer, c) =>
            {
                writer.WriteString("source", c.Source);
                writer.WriteString("name", c.Resource);
                writer.WriteBinding(c.Binding);
                writer.WriteBoolean("free", c.IsFree);
                writer.WriteString("reason", c.Reason);
                writer.WriteTimeOrNull("until", c.Until);
            }));
            return ExitCodes.Done;
        }

        var table = new Table((0, 2), (0, 2), (0, 2), (0, 0));
        foreach (var c in candidates)
            table.Add(Named(c), c.IsFree ? "yes" : "no", c.Reason, c.Until is { } until ? $"until {Printable.Time(until)}" : "");
        Output.Write(table.ToString());
        return ExitCodes.Done;
    }

    private static string Named(Candidate c) =>
        c.Resource is null ? $"{c.Source}{c.Binding} (new)" : c.Binding.Length > 0 ? $"{c.Resource} {c.Binding}" : c.Resource;
}
