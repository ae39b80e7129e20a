using System.CommandLine;
using System.Text;
using CrCache.Leasing;

namespace CrCache.Cli.Commands;

/// <summary>Shows sources, how many resources they have, and who holds them.</summary>
internal sealed class StatusCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _sources = new("SOURCE")
    {
        HelpName = "SOURCE",
        Description = "Only these sources",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Also a line a resource (state, owner, since, expires, note) and a line a request that waits" };
    private readonly Option<string?> _query = new("--query")
    {
        Description = $"Only this number, a line a source: {string.Join(", ", StatusQuery.Names)}",
        HelpName = "FIELD",
    };

    public StatusCommand(GlobalOptions options)
        : base("status", "Show sources, and how many resources are free and in use")
    {
        _options = options;
        _sources.CompletionSources.Add(new Completions(options).Sources);
        _query.CompletionSources.Add([.. StatusQuery.Names]);
        Add(_sources);
        Add(_verbose);
        Add(_query);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        var json = parsed.GetValue(_options.Json);
        var query = parsed.GetValue(_query) is { } name ? StatusQuery.Parse(name) : null;
        var inventory = _options.OpenEngine(parsed).Inventory;
        var sources = inventory.Sources(parsed.GetValue(_sources) ?? []);
        if (query is not null)
            return Answer(query, sources, json);

        var resources = parsed.GetValue(_verbose) ? sources.ToDictionary(s => s.Source, s => inventory.Resources(s.Source)) : null;
        var waiting = resources is null ? [] : inventory.Waiting();
        if (json)
            Output.Line(StatusJson.Of(sources, resources, waiting));
        else
            Output.Write(StatusTable.Of(sources, resources, waiting));

        // What works is shown; what does not is said, and the exit code tells a script.
        var problems = sources.Select(s => s.Problem).OfType<CrCacheException>().ToArray();
        foreach (var problem in problems)
            new ErrorReport(json).Write(problem);
        return problems.Select(p => p.ExitCode).FirstOrDefault(ExitCodes.Done);
    }

    private static int Answer(StatusQuery query, IReadOnlyList<SourceStatus> sources, bool json)
    {
        if (sources.Select(s => s.Problem).OfType<CrCacheException>().FirstOrDefault() is { } problem)
            throw problem;
        if (json)
        {
            Output.Line(StatusJson.Of(sources, query));
            return ExitCodes.Done;
        }

        var answer = new StringBuilder();
        foreach (var source in sources)
            answer.Append(query.Text(source)).Append('\n');
        Output.Write(answer.ToString());
        return ExitCodes.Done;
    }
}
