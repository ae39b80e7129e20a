using System.CommandLine;

namespace CrCache.Cli;

/// <summary>The argument of commands that change leases: one or more resources that somebody has.</summary>
internal static class LeasedNames
{
    public static Argument<string[]> Create(GlobalOptions options, string description)
    {
        Argument<string[]> names = new("NAME")
        {
            HelpName = "NAME",
            Description = description,
            Arity = ArgumentArity.OneOrMore,
        };
        names.CompletionSources.Add(new Completions(options).Leased);
        return names;
    }

    public static ResourceReference[] Read(ParseResult parsed, Argument<string[]> names) =>
        [.. parsed.GetRequiredValue(names).Select(ResourceReference.Parse)];
}
